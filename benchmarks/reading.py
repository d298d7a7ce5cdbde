"""How long a batch takes to be ready, on synthetic prepared files of the tasks' true shapes.

    OMP_NUM_THREADS=1 python benchmarks/reading.py --folder /tmp/reading

prints a table: milliseconds until a batch, in random order, may be copied to a GPU (the order, the
rows, what the task changes at random), and until it is normalised on this CPU, beside what a step in
bfloat16 takes on an H100, reckoned from its arithmetic. One file at a time is made, and deleted again.
"""

import argparse
import statistics
import time
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import torch
from synthetic_files import Stored, write_prepared

from orca.data.store import Prepared
from orca.data.task import TASKS, Task
from orca.training.batches import Batches


class Case(NamedTuple):
    """How a task is stored and trained on: type of the inputs, samples of a batch, a step's ms."""

    kind: str
    batch: int
    step_ms: float  # in bfloat16 on an H100, by its arithmetic


CASES = {
    "satellite": Case("float32", 16, 1.2),
    "deepsea": Case("uint8", 16, 14.0),
    "fsd50k": Case("float32", 32, 9.0),
    "spherical": Case("uint8", 32, 9.0),
    "domainnet_real": Case("uint8", 32, 9.0),
    "cifar100": Case("uint8", 32, 9.0),
    "pde_darcy_flow": Case("float32", 4, 1.2),
}


def measure(path: Path, task: Task, batch: int, seconds: float) -> list[float]:
    """Return the seconds of the first batch, of a loaded one, and of one normalised here: medians."""
    with Prepared(path, task) as prepared:
        batches = Batches(prepared, prepared.rows("train"), batch, 0, torch.device("cpu"))
        start = time.perf_counter()
        batches.read(0, 0)
        found, number = [time.perf_counter() - start], 0
        for work in (batches.load, batches.read):
            times: list[float] = []
            while sum(times) < seconds:
                number += 1
                start = time.perf_counter()
                work(*divmod(number, batches.per_epoch))
                times.append(time.perf_counter() - start)
            found.append(statistics.median(times))
    return found


def row(name: str, asked: argparse.Namespace) -> str:
    """Return a task's line of the table."""
    case, task = CASES[name], replace(TASKS[name], redraw=False)
    samples = Stored.of(task, case.kind)
    count = max(int(asked.gigabytes * 1e9 / samples.bytes_per_sample), 4 * case.batch)
    path = asked.folder / name / "fit.h5"
    try:
        write_prepared(path, task, samples, count)
        size = path.stat().st_size / 1e9
        first, loaded, ready = measure(path, task, case.batch, asked.seconds)
    finally:
        path.unlink(missing_ok=True)
    return (
        f"| {name} | {case.batch} | {count} | {size:.2f} | {first:.2f} | {loaded * 1e3:.2f} |"
        f" {ready * 1e3:.2f} | {case.step_ms:g} |"
    )


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--gigabytes", type=float, default=3.0, help="of the samples of a file")
    parser.add_argument("--seconds", type=float, default=3.0, help="of reading, twice per task")
    parser.add_argument("--tasks", nargs="+", default=list(CASES), choices=list(CASES))
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    print("| task | batch | samples | GB | first, s | loaded, ms | normalised, ms | step, ms |")
    print("|---|---|---|---|---|---|---|---|")
    for name in asked.tasks:
        print(row(name, asked), flush=True)


if __name__ == "__main__":
    main()
