"""What a search promises when several workers share it and some of them are killed."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from optuna.trial import TrialState

from orca.training.checkpoint import PREEMPTED
from tests.tuning.toy_search import make_search, outcome

ROOT = Path(__file__).parents[2]
TRIALS = 6


def start(folder: Path) -> subprocess.Popen:
    command = [sys.executable, "-m", "tests.tuning.toy_search", str(folder), str(TRIALS)]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)


def end(process: subprocess.Popen) -> str:
    _, text = process.communicate(timeout=300)
    assert process.returncode == 0, text
    return text


def wait_for_a_checkpoint(folder: Path, process: subprocess.Popen) -> None:
    while process.poll() is None and not list(folder.glob("state/*/trial*/checkpoint*")):
        time.sleep(0.01)


@pytest.mark.slow
def test_two_workers_share_one_study(tmp_path):
    make_search(tmp_path).study()
    texts = [end(process) for process in (start(tmp_path), start(tmp_path))]
    trials = make_search(tmp_path).study().trials
    assert len(trials) == TRIALS
    assert all(trial.state in (TrialState.COMPLETE, TrialState.PRUNED) for trial in trials)
    ends = [text.count("stopped early") + text.count(" reached ") for text in texts]
    assert sum(ends) == TRIALS
    assert min(ends) >= 1


@pytest.mark.slow
def test_a_killed_workers_trial_is_taken_up_and_the_count_is_reached(tmp_path):
    make_search(tmp_path).study()
    killed, other = start(tmp_path), start(tmp_path)
    wait_for_a_checkpoint(tmp_path, killed)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert "which another worker left" in end(other)
    trials = make_search(tmp_path).study().trials
    assert len(trials) == TRIALS
    assert all(trial.state in (TrialState.COMPLETE, TrialState.PRUNED) for trial in trials)


@pytest.mark.slow
def test_a_lone_worker_killed_at_random_moments_ends_with_the_study_of_an_undisturbed_one(tmp_path):
    end(start(tmp_path / "whole"))
    moments, kills = np.random.default_rng(0), 0
    for _ in range(8):
        process = start(tmp_path / "killed")
        wait_for_a_checkpoint(tmp_path / "killed", process)
        try:
            process.wait(timeout=moments.uniform(0.05, 1.0))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.communicate()
    end(start(tmp_path / "killed"))
    assert kills >= 3
    wanted = make_search(tmp_path / "whole")
    assert outcome(make_search(tmp_path / "killed")) == outcome(wanted)


@pytest.mark.slow
def test_a_worker_that_is_asked_to_stop_leaves_its_trial_to_the_next(tmp_path):
    process = start(tmp_path)
    wait_for_a_checkpoint(tmp_path, process)
    process.send_signal(signal.SIGTERM)
    process.communicate()
    assert process.returncode in (PREEMPTED, -signal.SIGTERM)
    assert "which another worker left" in end(start(tmp_path))
    assert len(make_search(tmp_path).study().trials) == TRIALS
