"""What a finished run leaves beside its weights: its record and its history."""

import csv
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from orca.errors import StateError
from orca.logs import Clock, peak_memory_mb
from orca.provenance import atomic, environment, kept_digest, write_json


def write_history(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write one line per epoch as CSV; a column that a row lacks stays empty."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    with atomic(path) as temporary, temporary.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def digests(paths: Sequence[Path]) -> dict[str, str]:
    """Return the sha256 of files by path.

    Raises:
        StateError: if one is missing.
    """
    for path in paths:
        if not path.is_file():
            raise StateError(
                where=str(path),
                what="the file is missing",
                mend=f"make it: snakemake {path}; for a file of a run, remove {path.parents[1]}/seed*.json"
                " and run the same command again",
            )
    return {str(path): kept_digest(path) for path in paths}


def write_run(
    path: Path, *, device: torch.device, clock: Clock, inputs: Mapping[str, str], **facts: Any
) -> None:
    """Write a run's record: what it was, from what, on what, and how long it took.

    Args:
        path: of the record, `run.json`.
        device: that it ran on.
        clock: seconds by part.
        inputs: digests of the files it read.
        facts: what else is worth knowing: step, settings, seed, status, counts.
    """
    on_cuda = device.type == "cuda"
    write_json(
        path,
        {
            **facts,
            "seconds": {name: round(value, 3) for name, value in clock.seconds.items()},
            "device": torch.cuda.get_device_name(device) if on_cuda else "cpu",
            "threads": torch.get_num_threads(),
            "peak_memory_mb": round(peak_memory_mb(), 1),
            "peak_gpu_memory_mb": (
                round(torch.cuda.max_memory_allocated(device) / 2**20, 1) if on_cuda else 0.0
            ),
            "inputs": dict(inputs),
            "finished": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            **environment(),
        },
    )


def read_run(path: Path) -> dict[str, Any]:
    """Return the record that `write_run` wrote.

    Raises:
        StateError: if it is missing or damaged.
    """
    try:
        record: dict[str, Any] = json.loads(path.read_text())
    except (OSError, json.JSONDecodeError) as fault:
        raise StateError(
            where=str(path),
            what=f"the run's record cannot be read: {fault}",
            mend=f"make the run again: remove {path.parents[1]}/seed*.json and run the same command",
        ) from fault
    return record
