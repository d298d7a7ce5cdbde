"""What `orca inspect` tells of each kind of artefact."""

import h5py
import numpy as np
import pytest
import torch

from orca.errors import DataError
from orca.inspection import KINDS, inspect
from orca.provenance import write_json
from orca.training.record import write_history
from orca.training.tensor_file import write_tensors


@pytest.fixture
def run(tmp_path):
    folder = tmp_path / "seed0"
    write_tensors(folder / "weights.safetensors", {"w": torch.zeros(3, 2)}, {"made": "here"})
    write_history(folder / "history.csv", [{"epoch": e, "loss": 0.5 / (e + 1)} for e in range(9)])
    write_json(folder / "run.json", {"seed": 0, "inputs": {"fit.h5": "abc"}, "status": "ok"})
    return folder


def test_a_run_s_folder_is_told_file_by_file(run):
    told = inspect(run)
    assert [line.split(":")[0].rpartition("/")[2] for line in told.split("\n") if line[0:1] == "/"] \
        == ["history.csv", "run.json", "weights.safetensors"]  # fmt: skip
    for name in ("weights.safetensors", "history.csv", "run.json"):
        assert KINDS[name] in told


def test_the_figures_are_those_in_the_file(run):
    assert "w: 3 x 2" in inspect(run / "weights.safetensors")
    assert "made: here" in inspect(run / "weights.safetensors")
    history = inspect(run / "history.csv")
    assert "9 rows, 2 columns" in history
    assert history.splitlines()[-1].split()[1:] == ["8", f"{0.5 / 9:.6f}"]
    record = inspect(run / "run.json").splitlines()
    assert "  status: ok" in record
    assert record[record.index("  inputs:") + 1] == "    fit.h5: abc"


def test_prepared_data_are_told_with_shapes_and_attributes(tmp_path):
    with h5py.File(tmp_path / "fit.h5", "w") as file:
        file.attrs["task"] = "waves"
        file["inputs"] = np.zeros((5, 1, 64), np.float32)
    told = inspect(tmp_path / "fit.h5")
    assert "task = waves" in told
    assert "inputs: 5 x 1 x 64 of float32" in told


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("run.json", None, "there is no such artefact"),
        ("seed7", None, "there is no such artefact"),
        ("run.txt", "x", "'.txt' files are not known"),
        ("run.json", "{", "run.json"),
    ],
)
def test_what_cannot_be_told_is_named_with_the_mend(name, content, told, tmp_path):
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(DataError, match=told) as raised:
        inspect(tmp_path / name)
    assert raised.value.mend


def test_an_empty_folder_holds_no_artefact(tmp_path):
    with pytest.raises(DataError, match="holds no artefact"):
        inspect(tmp_path)


def test_codes_for_a_terminal_are_shown_and_not_carried_out(tmp_path):
    write_json(tmp_path / "x.json", {"a": "\x1b[2J gone"})
    told = inspect(tmp_path / "x.json")
    assert "\x1b" not in told
    assert "gone" in told
