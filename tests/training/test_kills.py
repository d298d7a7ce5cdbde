"""Whatever step a run is killed before, the next one ends as if nothing had been."""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from orca import provenance
from orca.logs import Clock
from orca.provenance import RECORD, atomic
from orca.training import record as record_module
from orca.training.checkpoint import State
from orca.training.record import whole_outputs, write_history, write_run
from orca.training.seeds import run_seeds
from orca.training.tensor_file import read_tensors, write_tensors
from tests.training.toys import assert_same, make_finetune, record, run, weights

FEWEST_KILLS = 15
CHANGES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.truncate"}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class Killed(BaseException):
    """The work is dead."""


class _Watch:
    """Counts changes to files; from one of them on, none reaches the disk, not even to tidy up."""

    def __init__(self) -> None:
        self.left: int | None = None
        sys.addaudithook(self)  # for good: the interpreter gives no hook back

    def __call__(self, event: str, args: tuple) -> None:
        if self.left is None:
            return
        if event in CHANGES or (event == "open" and args[2] & WRITES and args[0] != os.devnull):
            self.left -= 1
            if self.left <= 0:
                raise Killed


_watch = _Watch()


def killed_at(number: int, work: Callable[[], object]) -> bool:
    """Do some work, and return whether it was ended before that change to a file."""
    _watch.left = number
    try:
        work()
    except Killed:
        return True
    finally:
        _watch.left = None
    return False


def killed_at_each_change(
    work: Callable[[], object], prepare: Callable[[], object]
) -> Iterator[int]:
    """Yield the number of each change before which the work was ended, until it is done.

    Args:
        work: what is done.
        prepare: makes the files as they are before the work.
    """
    for number in count(1):
        prepare()
        if not killed_at(number, work):
            return
        yield number


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Neither ask git, nor wait for the disk: a killed process loses nothing that it has written."""
    monkeypatch.setattr(record_module, "environment", dict)
    monkeypatch.setattr(os, "fsync", lambda file: None)


@pytest.fixture
def _dead(monkeypatch):
    """Whoever left a temporary file is dead, though the test's process lives."""
    monkeypatch.setattr(provenance, "_abandoned", lambda *_: True)


@dataclass
class Step:
    """A run whose outputs say which settings its progress began with."""

    key: str
    setup = SimpleNamespace(input_digests={}, device=torch.device("cpu"))

    def inputs(self, seed):
        return {}

    def run(self, seed, state, out):
        saved = state.load()
        began = {"with": saved[1]["with"] if saved else self.key}
        for _ in range(2):
            state.save({"a": torch.ones(1)}, began)
        write_tensors(out / "weights.safetensors", {"a": torch.ones(2)}, began)
        write_history(out / "history.csv", [{"epoch": 0}])
        facts = {"key": state.key, "seed": seed}
        write_run(out / RECORD, device=self.setup.device, clock=Clock(), inputs={}, **facts)


@pytest.fixture
def job(tmp_path):
    """Return what makes a seed with some settings, and the folder that it works in."""
    folder = tmp_path / "work"

    def make(key):
        places = {"out": folder / "out", "state": folder / "state"}
        return lambda: run_seeds(Step(key), [0], **places, checkpoint_seconds=30.0)

    return make, folder


def assert_made_with(key, folder):
    """Assert that the seed is published whole and with these settings, and nothing else is left."""
    place = folder / "out/seed0"
    assert whole_outputs(place, record(place)["key"])
    assert read_tensors(place / "weights.safetensors")[1] == {"with": key}
    assert sorted(path.name for path in place.iterdir()) == [
        "history.csv", RECORD, "weights.safetensors",
    ]  # fmt: skip
    assert not (folder / "state/seed0").exists()


@pytest.mark.usefixtures("_dead")
def test_a_run_killed_before_any_change_to_a_file_ends_whole(job):
    make, folder = job
    kills = 0
    for _ in killed_at_each_change(make("a"), lambda: shutil.rmtree(folder, ignore_errors=True)):
        kills += 1
        make("a")()
        assert_made_with("a", folder)
    assert kills >= FEWEST_KILLS


@pytest.mark.usefixtures("_dead")
@pytest.mark.parametrize(
    "left", [RECORD, pytest.param("checkpoint.safetensors", marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("then", ["a", "b"])
def test_a_run_killed_while_it_drops_anothers_progress_mixes_nothing(job, tmp_path, left, then):
    make, folder = job

    def afresh():
        shutil.rmtree(folder, ignore_errors=True)

    for _ in killed_at_each_change(make("a"), afresh):
        if list(folder.rglob(left)):
            break
    shutil.copytree(folder, tmp_path / "left")

    def as_left():
        afresh()
        shutil.copytree(tmp_path / "left", folder)

    kills = 0
    for _ in killed_at_each_change(make("b"), as_left):
        kills += 1
        make(then)()
        assert_made_with(then, folder)
    assert kills >= FEWEST_KILLS


@pytest.mark.usefixtures("_dead")
@pytest.mark.slow
def test_a_run_killed_between_its_best_epochs_and_checkpoints_keeps_the_same_weights(
    tmp_path, monkeypatch
):
    asked = count(1)
    monkeypatch.setattr(State, "due", property(lambda _: next(asked) % 11 == 0))
    step = make_finetune(tmp_path, selection="best_on_validation", epochs=6, learning_rate=3e-2)

    def ended(folder):
        (place,) = run(step, folder)
        return record(place)["best_epoch"], weights(place)

    best_epoch, wanted = ended(tmp_path / "whole")
    assert 0 < best_epoch < 5  # it is found anew after some kills, and must outlast others
    folder, kills = tmp_path / "killed", 0
    for _ in killed_at_each_change(
        lambda: run(step, folder), lambda: shutil.rmtree(folder, ignore_errors=True)
    ):
        kills += 1
        again, found = ended(folder)
        assert again == best_epoch
        assert_same(found, wanted)
    assert kills >= FEWEST_KILLS


@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.write_bytes(b'{"key": ')])
@pytest.mark.parametrize("file", ["weights.safetensors", RECORD])
def test_a_run_is_finished_only_with_its_record_and_every_file_that_it_names(job, file, harm):
    make, folder = job
    make("a")()
    harm(folder / "out/seed0" / file)
    make("a")()
    assert_made_with("a", folder)


def test_temporary_files_of_a_killed_run_are_neither_published_nor_kept(job):
    make, folder = job
    make("a")()

    def stopped():
        with (
            State(folder / "state/seed0", "b", seconds=30.0).held() as state,
            atomic(state.outputs / "x") as part,
        ):
            shutil.copy(part, folder / "out/seed0" / part.name)
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        stopped()
    os.waitpid(child, 0)
    assert len(list(folder.rglob("*.part"))) == 2
    make("b")()
    assert_made_with("b", folder)
