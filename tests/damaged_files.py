"""Damages files that a person brings, and reads them: python -m tests.damaged_files SECONDS SEED.

Bytes of small sound files are changed or cut off; then each is guessed at and prepared, in a child
process. It must end with one clear error, or be read.
"""

import json
import os
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

import h5py
import numpy as np
import pandas as pd

from orca.data.fetch import fetch
from orca.data.prepare import prepare
from orca.data.user_task import task_of
from orca.errors import OrcaError
from orca.own_run.entry_file import own_run

ROWS = 40
MOST_BYTES = 6 * 2**30
MOST_SECONDS = 60
ENDS = {0: "read", 1: "clear errors", 2: "a traceback"}


def sound_files(folder: Path) -> list[Path]:
    """Write a small file of each format that can be read."""
    draw = np.random.default_rng(0)
    inputs, labels = draw.normal(size=(ROWS, 16)).astype(np.float32), np.arange(ROWS) % 2
    table = pd.DataFrame(inputs[:, :3], columns=["a", "b", "c"])
    table["colour"] = np.where(labels, "red", "blue")
    table["targets"] = np.where(labels, "yes", "no")
    table.to_csv(folder / "table.csv", index=False)
    table.to_parquet(folder / "table.parquet")
    np.savez(folder / "stored.npz", inputs=inputs, targets=labels)
    np.savez_compressed(folder / "packed.npz", inputs=inputs, targets=labels)
    for name, options in (("early.h5", {}), ("late.h5", {"libver": "latest"})):
        with h5py.File(folder / name, "w", **options) as file:
            file["inputs"] = inputs
            file.create_dataset("targets", data=labels, chunks=(8,), compression="gzip")
    return sorted(folder.iterdir())


def damaged(content: bytes, draw: random.Random) -> bytes:
    """Return a content with some bytes changed, sometimes cut short."""
    changed = bytearray(content)
    for _ in range(draw.choice((1, 1, 2, 4, 16))):
        changed[draw.randrange(min(len(changed), draw.choice((512, 10**9))))] = draw.randrange(256)
    return bytes(changed[: draw.randrange(len(changed))] if draw.random() < 0.05 else changed)


def take(path: Path) -> None:
    """Guess at a file and prepare it."""
    run = own_run(path, name="mine", entry={"target": "targets"})
    task = task_of("mine", run.entry, where="x")
    fetch(task, path.parent / "raw")
    prepare(task, "mine", path.parent / "raw", path.parent / "prepared")


def in_a_child(path: Path, told: Path) -> str:
    """Return how taking a file ends; what is neither read nor a clear error is written to `told`."""
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
        signal.alarm(MOST_SECONDS)
        end = 0
        try:
            take(path)
        except OrcaError as fault:
            end = 1 if fault.where and fault.mend else 2
        except BaseException:  # noqa: BLE001 (whichever it is, it is what is looked for)
            told.write_text(traceback.format_exc())
            end = 2
        os._exit(end)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return ENDS.get(status, f"signal {-status}")


def campaign(folder: Path, *, seconds: float, seed: int) -> tuple[Counter[str], list[str]]:
    """Damage files for some seconds, each format in turn; return how they ended, and what was lost."""
    (folder / "sound").mkdir()
    contents = {path.name: path.read_bytes() for path in sound_files(folder / "sound")}
    counts, lost = Counter[str](), []
    draw, end, told = random.Random(seed), time.monotonic() + seconds, folder / "told.txt"
    while time.monotonic() < end:
        for name, content in contents.items():
            with tempfile.TemporaryDirectory(dir=folder) as place:
                path = Path(place, name)
                path.write_bytes(damaged(content, draw))
                ended = in_a_child(path, told)
            counts[ended] += 1
            if ended not in ("read", "clear errors"):
                last = told.read_text().splitlines()[-4:] if told.exists() else []
                lost.append(f"{name}: {ended}: {' | '.join(last)}")
    return counts, lost


if __name__ == "__main__":
    os.environ["OMP_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as made:
        tried, faults = campaign(Path(made), seconds=float(sys.argv[1]), seed=int(sys.argv[2]))
    sys.stdout.write(json.dumps({"tried": tried.total(), **tried, "lost": faults}, indent=1) + "\n")
