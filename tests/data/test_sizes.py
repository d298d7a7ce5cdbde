import numpy as np
import pandas as pd
import pytest

from orca.data.sizes import sizes_of
from orca.data.task import AS_READ, TASKS
from orca.data.user_task import task_of


def own(path, **keys):
    entry = {"path": str(path), "target": "y", "kind": "scalar", "metric": "rmse", **keys}
    return task_of("mine", entry, where="c.yaml, tasks")


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_table_s_rows_and_columns_are_counted(tmp_path, suffix):
    frame = pd.DataFrame({"a": np.arange(50.0), "b": np.arange(50.0), "y": np.arange(50.0)})
    path = tmp_path / f"t.{suffix}"
    frame.to_csv(path, index=False) if suffix == "csv" else frame.to_parquet(path)
    sizes = sizes_of(own(path))
    assert (sizes.fit, sizes.validation, sizes.test) == (40, 8, 10)
    assert sizes.input_shape == (2, 1)


def test_texts_of_a_table_take_a_channel_each(tmp_path):
    pd.DataFrame({"a": ["u", "v", "w"] * 9, "b": np.arange(27.0), "y": 0.5}).to_csv(
        tmp_path / "t.csv", index=False
    )
    assert sizes_of(own(tmp_path / "t.csv")).input_shape == (3, 2)


def test_arrays_are_measured_by_their_headers(tmp_path):
    np.savez(tmp_path / "a.npz", inputs=np.zeros((30, 2, 8, 8), np.uint8), y=np.zeros(30))
    np.savez(tmp_path / "b.npz", inputs=np.zeros((7, 2, 8, 8), np.uint8), y=np.zeros(7))
    sizes = sizes_of(own(tmp_path / "a.npz", test_path=str(tmp_path / "b.npz")))
    assert (sizes.fit, sizes.test, sizes.input_shape) == (30, 7, (2, 8, 8))


def test_an_edited_file_is_measured_anew(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("x,y\n" + "1,2\n" * 10)
    task = own(path)
    assert sizes_of(task).fit == 8
    path.write_text("x,y\n" + "1,2\n" * 100)
    assert sizes_of(task).fit == 80


def test_a_file_that_is_not_there_yet_leaves_sizes_open(tmp_path):
    assert sizes_of(own(tmp_path / "t.csv")).fit == AS_READ


def test_other_tasks_have_the_sizes_that_they_declare():
    for task in TASKS.values():
        sizes = sizes_of(task)
        assert (sizes.fit, sizes.input_shape) == (task.samples.fit, task.input_shape)
