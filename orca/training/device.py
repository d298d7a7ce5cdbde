"""The device that is asked for: of several GPUs, where no scheduler deals them out, a free one.

Snakemake on one machine counts GPUs, but sets no `CUDA_VISIBLE_DEVICES`: without this, all jobs
would run on the first one.
"""

import os
import re
import stat
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import torch
from filelock import FileLock, Timeout

from orca.errors import SettingsError, StateError
from orca.logs import log
from orca.provenance import writing

WAIT_SECONDS = 0.5
DEVICE = r"(auto|cpu|cuda(:\d+)?)"


def choose_device(name: str) -> torch.device:
    """Return the device that a setting names; `auto` takes CUDA where there is one.

    Raises:
        SettingsError: if there is no such device, or CUDA is asked for and is not there.
    """
    if not re.fullmatch(DEVICE, name):
        raise SettingsError(
            where="the device asked for",
            what=f"there is no device {name!r}",
            mend="name `auto`, `cpu`, `cuda` or one of several such as `cuda:1`",
        )
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if name.startswith("cuda") and not torch.cuda.is_available():
        raise SettingsError(
            where="the device asked for",
            what=f"'{name}' is asked for, and PyTorch finds no CUDA device",
            mend="set `device: auto`, or install the CUDA build of PyTorch and its driver",
        )
    return torch.device(name)


def slots_of(environment: Mapping[str, str], count: int) -> list[str]:
    """Return the machine's names of the `count` visible GPUs, so that their locks differ."""
    visible = environment.get("CUDA_VISIBLE_DEVICES", "")
    names = [name.strip() for name in visible.split(",") if name.strip()]
    return names[:count] if len(names) >= count else [str(number) for number in range(count)]


@contextmanager
def slot(names: list[str], folder: Path) -> Iterator[int]:
    """Hold the first free slot, and yield its number; wait while all are taken.

    Each has a lock file in the folder; the lock of a killed process is free.
    """
    _make_private(folder)
    waiting = False
    while True:
        for number, name in enumerate(names):
            lock = FileLock(folder / f"{name.replace('/', '_')}.lock")
            try:
                lock.acquire(timeout=0)
            except Timeout:
                continue
            try:
                yield number
            finally:
                lock.release()
            return
        if not waiting:
            log.info("all %d places on GPUs are taken by other jobs: waiting", len(names))
            waiting = True
        time.sleep(WAIT_SECONDS)


def _make_private(folder: Path) -> None:
    """Make a folder that nobody else can write to; the temporary directory is everybody's.

    Raises:
        StateError: if it is there and is another's, or a link.
    """
    with writing(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        state = folder.lstat()
    if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.getuid() or state.st_mode & 0o022:
        raise StateError(
            where=str(folder),
            what="it is not a folder of your own that only you can write to",
            mend="remove it, or set TMPDIR to a folder of your own",
        )


@contextmanager
def held_device(name: str, *, runs_per_gpu: int = 1) -> Iterator[torch.device]:
    """Choose a device and hold it: of several GPUs the one that fewest other jobs have.

    A scheduler's choice stands: within a Slurm job nothing is locked, and a device that is named
    with its number, such as `cuda:1`, is taken as it is. `runs_per_gpu` jobs may share a GPU.
    """
    device = choose_device(name)
    count = torch.cuda.device_count() if device.type == "cuda" else 0
    if count < 2 or device.index is not None or "SLURM_JOB_ID" in os.environ:
        yield device
        return
    folder = Path(tempfile.gettempdir()) / f"orca-gpus-{os.getuid()}"
    names = slots_of(os.environ, count)
    shares = [f"{name}.{share}" for share in range(runs_per_gpu) for name in names]
    with slot(shares, folder) as number, torch.cuda.device(number % count):
        log.info("on GPU %d of %d", number % count, count)
        yield torch.device("cuda", number % count)
