"""What a search promises when several workers share it and some of them are killed."""

import os
import signal
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

import numpy as np
import optuna
import pytest
from optuna.trial import TrialState

from orca.training.checkpoint import PREEMPTED
from tests import forked
from tests.tuning.toy_search import make_search, outcome, worker

TRIALS = 6


def start(folder: Path, name: str = "said") -> BaseProcess:
    folder.mkdir(exist_ok=True)
    return forked.start(worker, folder, TRIALS, said=folder / name)


def end(process: BaseProcess, folder: Path, name: str = "said") -> str:
    process.join(300)
    said = (folder / f"{name}.err").read_text()
    assert process.exitcode == 0, said
    return said


def wait_for_checkpoints(folder: Path, process: BaseProcess, count: int = 1) -> None:
    """Wait until so many trials have a checkpoint; the folder of one that ends is removed."""
    while (
        process.exitcode is None
        and len({*folder.glob("state/*/trial*/checkpoint.safetensors")}) < count
    ):
        time.sleep(0.01)


def halt(process: BaseProcess, folder: Path) -> None:
    """Halt a lone worker in the middle of a trial."""
    halted = False
    while not halted:
        wait_for_checkpoints(folder, process)
        os.kill(process.pid, signal.SIGSTOP)
        halted = bool([*folder.glob("state/*/trial*/checkpoint.safetensors")])
        if not halted:  # the trial has ended just now
            os.kill(process.pid, signal.SIGCONT)


def scores_of(study: optuna.Study) -> int:
    return sum(len(trial.intermediate_values) for trial in study.get_trials(deepcopy=False))


@pytest.mark.slow
def test_two_workers_share_one_study(tmp_path):
    make_search(tmp_path).study()
    workers = {name: start(tmp_path, name) for name in ("one", "other")}
    texts = [end(process, tmp_path, name) for name, process in workers.items()]
    trials = make_search(tmp_path).study().trials
    assert len(trials) == TRIALS
    assert all(trial.state in (TrialState.COMPLETE, TrialState.PRUNED) for trial in trials)
    ends = [text.count("stopped early") + text.count(" reached ") for text in texts]
    assert sum(ends) == TRIALS
    assert min(ends) >= 1


@pytest.mark.slow
def test_a_killed_workers_trial_is_taken_up_and_the_count_is_reached(tmp_path):
    make_search(tmp_path).study()
    killed = start(tmp_path, "killed")
    halt(killed, tmp_path)
    other = start(tmp_path)
    wait_for_checkpoints(tmp_path, other, count=2)  # it leaves the trial to the worker that lives
    killed.kill()
    killed.join()
    assert "which another worker left" in end(other, tmp_path)
    trials = make_search(tmp_path).study().trials
    assert len(trials) == TRIALS
    assert all(trial.state in (TrialState.COMPLETE, TrialState.PRUNED) for trial in trials)


@pytest.mark.slow
def test_a_lone_worker_killed_at_random_moments_ends_with_the_study_of_an_undisturbed_one(tmp_path):
    end(start(tmp_path / "whole"), tmp_path / "whole")
    moments, kills, folder = np.random.default_rng(0), 0, tmp_path / "killed"
    study = make_search(folder).study()
    for _ in range(8):
        process, before = start(folder), scores_of(study)
        # A trial under which several workers die without a score of their own counts as failed.
        while process.exitcode is None and scores_of(study) == before:
            time.sleep(0.02)
        process.join(moments.uniform(0.05, 1.0))
        if process.exitcode is None:
            process.kill()
            kills += 1
        process.join()
    end(start(folder), folder)
    assert kills >= 3
    wanted = make_search(tmp_path / "whole")
    assert outcome(make_search(folder)) == outcome(wanted)


@pytest.mark.slow
def test_a_worker_that_is_asked_to_stop_leaves_its_trial_to_the_next(tmp_path):
    process = start(tmp_path)
    halt(process, tmp_path)
    process.terminate()
    os.kill(process.pid, signal.SIGCONT)
    process.join()
    assert process.exitcode in (PREEMPTED, -signal.SIGTERM)
    assert "which another worker left" in end(start(tmp_path), tmp_path)
    assert len(make_search(tmp_path).study().trials) == TRIALS
