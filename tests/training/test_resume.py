"""A run that is killed at any moment ends as if it had not been."""

import time
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path

import numpy as np
import pytest

from tests import forked
from tests.training.toys import assert_same, make_seeds, weights

OUTPUT = {"finetune": "weights", "choose": "weights", "align": "embedder"}


def start(step: str, folder: Path) -> BaseProcess:
    folder.mkdir(exist_ok=True)
    return forked.start(make_seeds, step, folder, said=folder / "said")


def end(process: BaseProcess, folder: Path) -> None:
    process.join()
    assert process.exitcode == 0, (folder / "said.err").read_text()


def last_progress(folder: Path) -> int:
    found = 0
    for path in folder.glob("state/seed*/checkpoint*"):
        with suppress(FileNotFoundError):
            found = max(found, path.stat().st_mtime_ns)
    return found


def begun(step: str, folder: Path) -> BaseProcess:
    """Start a run, and return when it has written progress of its own."""
    before, process = last_progress(folder), start(step, folder)
    while process.exitcode is None and last_progress(folder) <= before:
        time.sleep(0.01)
    return process


@pytest.mark.slow
@pytest.mark.parametrize("step", OUTPUT)
def test_a_run_killed_at_random_moments_ends_with_equal_weights(step, tmp_path):
    whole, folder = tmp_path / "whole", tmp_path / "killed"
    end(start(step, whole), whole)
    moments, kills = np.random.default_rng(0), 0
    for _ in range(6):
        process = begun(step, folder)
        process.join(moments.uniform(0.05, 0.6))
        if process.exitcode is not None:
            break
        process.kill()
        process.join()
        kills += 1
    else:
        process = start(step, folder)
    end(process, folder)
    assert kills >= 3
    for seed in range(2):
        assert_same(*(weights(at / f"out/seed{seed}", OUTPUT[step]) for at in (whole, folder)))
