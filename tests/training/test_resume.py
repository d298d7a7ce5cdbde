"""A run that is killed at any moment ends as if it had not been."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from orca.training.checkpoint import PREEMPTED
from orca.training.tensor_file import read_tensors

ROOT = Path(__file__).parents[2]
OUTPUT = {"finetune": "weights.safetensors", "align": "embedder.safetensors"}


def start(step: str, folder: Path) -> subprocess.Popen:
    command = [sys.executable, "-m", "tests.training.toy_run", step, str(folder)]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)


def results(step: str, folder: Path) -> list[dict[str, torch.Tensor]]:
    return [read_tensors(folder / f"out/seed{seed}" / OUTPUT[step])[0] for seed in range(2)]


def wait_for_progress(folder: Path, process: subprocess.Popen) -> None:
    """Wait until the run has begun to write its progress."""
    while process.poll() is None and not list(folder.glob("state/seed*/key")):
        time.sleep(0.01)


def undisturbed(step: str, folder: Path) -> list[dict[str, torch.Tensor]]:
    process = start(step, folder)
    assert process.wait() == 0, process.stderr.read()
    return results(step, folder)


@pytest.mark.slow
@pytest.mark.parametrize("step", ["finetune", "align"])
def test_a_run_killed_at_random_moments_ends_with_equal_weights(step, tmp_path):
    wanted = undisturbed(step, tmp_path / "whole")
    moments, kills = np.random.default_rng(0), 0
    for _ in range(12):
        process = start(step, tmp_path / "killed")
        wait_for_progress(tmp_path / "killed", process)
        try:
            process.wait(timeout=moments.uniform(0.05, 1.0))
            break
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
    else:
        process = start(step, tmp_path / "killed")
    assert process.wait() == 0, process.stderr.read()
    assert kills >= 3
    for one, other in zip(wanted, results(step, tmp_path / "killed"), strict=True):
        assert one.keys() == other.keys()
        assert all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.slow
def test_a_run_asked_to_stop_writes_its_checkpoint_and_goes_on_at_the_next_start(tmp_path):
    wanted = undisturbed("finetune", tmp_path / "whole")
    process = start("finetune", tmp_path / "stopped")
    wait_for_progress(tmp_path / "stopped", process)
    os.kill(process.pid, signal.SIGTERM)
    assert process.wait() == PREEMPTED
    assert not (tmp_path / "stopped/out").exists()
    process = start("finetune", tmp_path / "stopped")
    assert process.wait() == 0
    assert "going on from the checkpoint" in process.stderr.read()
    for one, other in zip(wanted, results("finetune", tmp_path / "stopped"), strict=True):
        assert all(torch.equal(one[name], other[name]) for name in one)
