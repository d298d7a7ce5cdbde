"""A run's progress on disk: one file, replaced atomically, of one run only, never pickled.

Snakemake wipes declared outputs when a job fails or starts again, so progress lives in a
folder of its own, and outputs appear there first; `publish` gives them their place when all are
ready. The process may be killed between any two steps: a folder is a run's only while the mark
`key` in it says so, so the mark is the first thing that goes and the last that comes.
"""

import os
import shutil
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from filelock import FileLock, Timeout
from torch import Tensor

from orca.errors import StateError
from orca.logs import log
from orca.provenance import RECORD, atomic, sweep, write_text, writing
from orca.training.progress import Checkpoints
from orca.training.record import whole_outputs
from orca.training.tensor_file import read_tensors, write_tensors

LOCK = ".lock"
CHECKPOINT = "checkpoint.safetensors"
OWNER = "key"  # in the record of a checkpoint: of its run
SHARE = 0.01  # of the time that checkpoints may take
PREEMPTED = 143  # 128 + SIGTERM, what a job that was asked to stop ends with


class Preempted(SystemExit):
    """The run was asked to stop; its checkpoint is written, the next attempt goes on."""

    def __init__(self) -> None:
        super().__init__(PREEMPTED)


@dataclass
class State(Checkpoints):
    """The folder of one run's progress, held by one process at a time.

    Args:
        folder: undeclared to Snakemake, so that it survives a failure.
        key: digest of all that changes the result; progress under another one is dropped.
        seconds: least time between two checkpoints, 0 for one at each step; they lie further apart
            where writing one takes more than `SHARE` of that.
    """

    folder: Path
    key: str
    seconds: float
    _last: float = 0.0
    _cost: float = 0.0
    _stop: bool = False

    def __post_init__(self) -> None:
        self.place = str(self.folder)

    @property
    def outputs(self) -> Path:
        """Where a finished run keeps its outputs until they are published."""
        return self.folder / "outputs"

    @property
    def finished(self) -> bool:
        """Whether every file that the run's record names is there, as it says."""
        return bool(whole_outputs(self.outputs, self.key))

    def load(self) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
        """Return the last checkpoint, or None where there is none.

        Raises:
            StateError: if it is damaged, or of another run.
        """
        path = self.folder / CHECKPOINT
        if not path.exists():
            return None
        mend = f"remove {self.folder} and run the same command: the run starts again"
        tensors, record = read_tensors(path, mend=mend)
        if record.pop(OWNER, None) != self.key:
            raise StateError(where=str(path), what="it is of another run", mend=mend)
        log.info("going on from the checkpoint %s", path)
        return tensors, record

    def save(self, tensors: Mapping[str, Tensor], record: Mapping[str, Any]) -> None:
        """Write a checkpoint.

        Raises:
            Preempted: after writing, if the process was asked to stop.
        """
        start = time.monotonic()
        write_tensors(self.folder / CHECKPOINT, tensors, {**record, OWNER: self.key})
        self._last = time.monotonic()
        self._cost = self._last - start
        if self._stop:
            log.info("asked to stop: the checkpoint is written")
            raise Preempted

    @property
    def due(self) -> bool:
        """Whether it is time for a checkpoint: enough seconds went by, or a stop is asked for."""
        apart = max(self.seconds, self._cost / SHARE) if self.seconds else 0.0
        return self._stop or time.monotonic() - self._last >= apart

    def clear(self) -> None:
        """Remove the folder: the run is published."""
        self._mark.unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _mark(self) -> Path:
        return self.folder / "key"

    def _drop_other_runs(self) -> None:
        """Remove progress that is not known to be this run's, and mark the folder as this run's.

        Raises:
            StateError: if something cannot be removed.
        """
        if self._mark.is_file() and self._mark.read_bytes() == self.key.encode():
            sweep(self.folder)
            sweep(self.outputs)
            return
        self._mark.unlink(missing_ok=True)
        others = [path for path in self.folder.iterdir() if path.name != LOCK]
        if others:
            log.info("%s is of other settings, code or inputs: starting afresh", self.folder)
        for old in others:
            shutil.rmtree(old) if old.is_dir() and not old.is_symlink() else old.unlink()
        write_text(self._mark, self.key)

    @contextmanager
    def held(self, *, wait: bool = False) -> Iterator["State"]:
        """Hold the folder, and turn SIGTERM into a checkpoint at the next step.

        With `wait`, another process that holds the folder is waited for.

        Raises:
            StateError: if another process holds it and that is not waited for.
            Preempted: at the end, if the process was asked to stop and no checkpoint came since.
        """
        with writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = self._locked(wait=wait)

        def stop(number: int, frame: FrameType | None) -> None:
            del number, frame
            self._stop = True

        before = signal.signal(signal.SIGTERM, stop)
        try:
            with writing(self.folder):
                self._drop_other_runs()
            self._last = time.monotonic()
            yield self
        finally:
            signal.signal(signal.SIGTERM, before)
            lock.release()
        if self._stop:  # asked for after the last checkpoint: whatever comes next is left out
            raise Preempted

    def _locked(self, *, wait: bool) -> FileLock:
        """Return the folder's lock, taken."""
        lock = FileLock(self.folder / LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout as fault:
            if not wait:
                raise StateError(
                    where=str(self.folder),
                    what="another process is working on this run",
                    mend="wait until it ends, or end it; two writers would spoil the run",
                ) from fault
            log.info("another process is working on %s: waiting for it", self.folder)
            while not lock.is_locked:
                with suppress(FileNotFoundError):  # it has ended and removed the folder
                    lock.acquire()
        return lock


def publish(state: State, place: Path) -> None:
    """Give a finished run's outputs their place, the record last.

    The record names the run's key and files: until it is there, the folder counts as unfinished.
    The state, which must be held, keeps the outputs, so that they can be published again if their
    place is wiped; `State.clear` removes them.

    Raises:
        StateError: if the run is not finished, or the place cannot be written.
    """
    names = whole_outputs(state.outputs, state.key)
    if not names:
        raise StateError(
            where=str(state.outputs),
            what="it does not hold what the run's record says",
            mend=f"remove {state.folder} and run the same command again",
        )
    with writing(place):
        place.mkdir(parents=True, exist_ok=True)
        (place / RECORD).unlink(missing_ok=True)
        sweep(place)
    for name in names:
        with atomic(place / name) as temporary:
            temporary.unlink()
            _link_or_copy(state.outputs / name, temporary)


def _link_or_copy(file: Path, to: Path) -> None:
    try:
        os.link(file, to)
    except OSError:  # another file system, or one without hard links
        shutil.copyfile(file, to)
