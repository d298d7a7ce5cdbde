import h5py
import numpy as np
import pandas as pd
import pytest

from orca.data.user_task import task_of
from orca.errors import DataError, SettingsError
from tests.data.made_tasks import samples_of

GENERATOR = np.random.default_rng(0)
SIGNALS = GENERATOR.normal(size=(60, 32)).astype(np.float32)
LABELS = np.arange(60) % 3
GOOD = {
    "path": "data.npz", "target": "y", "kind": "classes", "classes": 3, "metric": "auroc_ovo"
}  # fmt: skip


@pytest.fixture
def go(through, tmp_path):
    """Take an entry, of arrays `x` and `y` or of another file, all the way."""

    def take(arrays=None, **entry):
        if arrays is not None:
            np.savez(tmp_path / "data.npz", **arrays)
        usual = {**GOOD, "path": str(tmp_path / "data.npz"), "inputs": "x"}
        task = task_of("mine", usual | entry, where="config.yaml, tasks")
        return task, *through("mine", task)

    return take


def test_an_npz_file_of_signals_becomes_a_sequence_task(go):
    task, fit, test = go({"x": SIGNALS, "y": LABELS})
    assert task.kind == "sequence"
    assert task.loss == "cross_entropy"
    assert fit.input_shape == (1, 32)
    assert (len(fit.rows("train")), len(fit.rows("validation")), test.count) == (38, 10, 12)
    assert (np.bincount(test.targets(test.rows("test"))) == 4).all()


def test_every_sample_stands_once_with_its_own_target(go):
    marked = {
        "x": np.arange(60, dtype=np.float32)[:, None].repeat(32, 1),
        "y": np.arange(60) * 10.0,
    }
    plain = {"normalise_inputs": "none", "normalise_targets": "none"}
    _, fit, test = go(marked, kind="scalar", classes=0, metric="rmse", **plain)
    seen = []
    for file, split in ((fit, "train"), (fit, "validation"), (test, "test")):
        inputs, targets = samples_of(file, split)
        np.testing.assert_array_equal(inputs[:, 0, 0] * 10, targets)
        seen += inputs[:, 0, 0].tolist()
    assert sorted(seen) == list(range(60))


@pytest.mark.parametrize("groups", ["", "g"])
def test_every_sample_is_tested_once_over_the_folds(go, groups):
    belongs = np.repeat(np.arange(20), 3)
    marked = {"x": np.arange(60.0)[:, None].repeat(8, 1), "y": LABELS, "g": belongs}
    seen = []
    for fold in range(4):
        _, fit, test = go(marked, normalise_inputs="none", folds=4, fold=fold, groups=groups)
        parts = [samples_of(file, part)[0][:, 0, 0].astype(int) for file, part in
                 ((fit, "train"), (fit, "validation"), (test, "test"))]  # fmt: skip
        assert sorted(np.concatenate(parts)) == list(range(60))
        if groups:
            assert not set(belongs[parts[2]]) & set(belongs[np.concatenate(parts[:2])])
        seen += parts[2].tolist()
    assert sorted(seen) == list(range(60))


def test_more_folds_than_a_class_has_samples_are_refused(go):
    with pytest.raises(DataError, match="21 folds"):
        go({"x": SIGNALS, "y": LABELS}, folds=21)


def test_an_hdf5_file_of_images_becomes_a_grid_task(go, tmp_path):
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["images"] = GENERATOR.normal(size=(40, 2, 8, 8)).astype(np.float32)
        file["fields"] = GENERATOR.normal(size=(40, 1, 8, 8)).astype(np.float32)
    task, fit, test = go(
        path=str(tmp_path / "data.h5"), inputs="images", target="fields", kind="field", classes=0,
        target_shape=[1, 8, 8], metric="relative_l2", normalise_targets="per_position",
    )  # fmt: skip
    assert task.kind == "grid"
    assert fit.input_shape == (2, 8, 8)
    inputs, targets = samples_of(fit, "train")
    assert np.abs(inputs.mean(axis=(0, 2, 3))).max() < 1e-5
    assert np.abs(targets.mean(axis=0)).max() < 1e-5
    assert test.count == 8


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_table_of_numbers_and_texts_is_encoded_as_openml_tables_are(go, tmp_path, suffix):
    frame = pd.DataFrame({
        "age": SIGNALS[:, 0], "grade": LABELS * 2, "colour": np.resize(["red", "blue"], 60),
        "kind": np.array(["ash", "elm", "oak"])[LABELS],
    })  # fmt: skip
    path = tmp_path / f"data.{suffix}"
    frame.to_csv(path, index=False) if suffix == "csv" else frame.to_parquet(path)
    task, fit, test = go(
        path=str(path), inputs="", target="kind", classes=["oak", "elm", "ash"],
        categorical=["grade"], test_share=0.5,
    )  # fmt: skip
    assert task.target.names == ("oak", "elm", "ash")
    assert fit.input_shape == (3, 3)
    inputs, labels = samples_of(fit, "train")
    # The grade tells the class: its one-hot code is the label in reverse order.
    np.testing.assert_array_equal(inputs[:, :, 0].argmax(axis=1), 2 - labels)
    assert abs(inputs[:, 0, 2].mean()) < 1e-5
    assert test.count == 30


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"metrik": "x"}, "did you mean 'metric'"),
        ({"kind": "class"}, "config.yaml, tasks.mine.kind"),
        ({"test_share": 1.5}, "config.yaml, tasks.mine.test_share"),
        ({"classes": 0}, "'classes' is missing"),
        ({"kind": "field"}, "'target_shape' is missing"),
        ({"path": "data.mat"}, "'format' is missing"),
        ({"groupz": "who"}, "there is no key 'groupz'(.|\n)*did you mean 'groups'"),
    ],
)
def test_an_entry_with_a_fault_names_the_key(change, said):
    with pytest.raises(SettingsError, match=said):
        task_of("mine", {**GOOD, **change}, where="config.yaml, tasks")


def test_a_missing_key_is_named():
    with pytest.raises(SettingsError, match="tasks.mine.metric"):
        task_of("mine", {k: v for k, v in GOOD.items() if k != "metric"}, where="c.yaml, tasks")
