"""A run on several processes is the run of one."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from orca.errors import SettingsError
from orca.methods.method import METHODS
from orca.training.checkpoint import read_tensors
from orca.training.parallel import Ranks, SharedCell

ROOT = Path(__file__).parents[2]


def run(folder: Path, kind: str, processes: int) -> None:
    launcher = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
    done = subprocess.run(
        [sys.executable, *launcher, "-m", "tests.training.parallel_run", str(folder), kind],
        cwd=ROOT, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("count", [1, 2, 7, 8])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_shares_cover_each_sample_once(count, size):
    parts = [Ranks(rank, size).share(count) for rank in range(size)]
    assert [n for part in parts for n in range(count)[part]] == list(range(count))
    assert max(p.stop - p.start for p in parts) - min(p.stop - p.start for p in parts) <= 1


def test_torchruns_environment_is_understood():
    assert Ranks.of_environment({}) == Ranks(0, 1)
    assert Ranks.of_environment({"RANK": "1", "WORLD_SIZE": "4"}) == Ranks(1, 4)


def test_a_method_that_looks_into_the_model_is_refused(cell):
    method = next(METHODS[name] for name in METHODS if METHODS[name].objective)
    with pytest.raises(SettingsError, match="gpus_by_task"):
        SharedCell.of(cell, Ranks(0, 2)).model(method, 0)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["classes", "fields"])
def test_two_processes_give_the_run_of_one(kind, tmp_path):
    for processes in (1, 2):
        run(tmp_path, kind, processes)
    for seed in range(2):
        one, two = (tmp_path / f"out{n}/seed{seed}" for n in (1, 2))
        tensors = [read_tensors(place / "weights.safetensors")[0] for place in (one, two)]
        assert tensors[0].keys() == tensors[1].keys()
        for name, tensor in tensors[0].items():
            torch.testing.assert_close(tensors[1][name], tensor, rtol=1e-4, atol=2e-5)
        histories = [list(csv.DictReader((place / "history.csv").open())) for place in (one, two)]
        for key in ("train_loss", "validation"):
            values = [[float(row[key]) for row in history] for history in histories]
            assert values[1] == pytest.approx(values[0], rel=1e-3)
        assert json.loads((two / "run.json").read_text())["processes"] == 2
    assert not list((tmp_path / "state2").glob("seed*"))


@pytest.mark.slow
def test_the_weights_differ_from_where_they_started(tmp_path):
    run(tmp_path, "classes", 2)
    seeds = [read_tensors(tmp_path / f"out2/seed{n}/weights.safetensors")[0] for n in range(2)]
    assert any(not torch.equal(seeds[0][name], seeds[1][name]) for name in seeds[0])
