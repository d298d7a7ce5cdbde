"""What a finished run leaves: its history, its files, and the record that holds their digests."""

import csv
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import torch
from pydantic import BaseModel, ConfigDict, Field

from orca.errors import StateError
from orca.logs import Clock, peak_memory_mb
from orca.provenance import RECORD, atomic, environment, file_digest, kept_digest, write_json
from orca.text_files import found_json, read_record

Seconds = Annotated[float, Field(ge=0, le=1e10)]


class RunRecord(BaseModel):
    """What the steps after a run read of its record; a record holds more than that."""

    model_config = ConfigDict(extra="allow", strict=True, allow_inf_nan=False)

    step: str
    key: str
    task: str
    task_entry: dict[str, Any] | None
    body: str
    seed: int
    status: Literal["ok", "failed"]
    prepared: str
    weights: str
    settings: dict[str, dict[str, Any]]
    seconds: dict[str, Seconds]
    inputs: dict[str, str]
    outputs: dict[str, str]


class AlignmentFacts(BaseModel):
    """What a table needs of the alignment that a run starts from; nothing where there is none."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    seconds: dict[str, Seconds] = {}
    held_out_distance: float | None = None
    aligned_distance: float | None = None
    epochs_done: int = 0


class AlignRecord(RunRecord):
    """The record of an alignment: its distance at the end, of held-out samples if there are any.

    `aligned_distance` is that of samples drawn from those that were aligned.
    """

    step: Literal["align"]
    held_out_distance: float | None = None
    aligned_distance: float | None = None
    epochs_done: int


class FinetuneRecord(RunRecord):
    """The record of a fine-tuning."""

    step: Literal["finetune"]
    method: str
    reason: str
    selection: str
    alignment: AlignmentFacts


Record = TypeVar("Record", bound=RunRecord)


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
                mend=f"make it: snakemake {path}; for a file of a run, remove {path.parent.parent}/seed*.json"
                " and run the same command again",
            )
    return {str(path): kept_digest(path) for path in paths}


def output_digests(folder: Path) -> dict[str, str]:
    """Return the sha256 of a run's files by name, before its record is written.

    Temporary files, whose names begin with a dot, are none of them.
    """
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    own = (name for name in names if name != RECORD and not name.startswith("."))
    return {name: file_digest(folder / name) for name in own}


def whole_outputs(folder: Path, key: str) -> list[str]:
    """Return the names of a run's files if all are there as its record says; else none.

    There are none either where the record is of another key.
    """
    record = found_json(folder / RECORD)
    listed = record.get("outputs")
    if record.get("key") != key or not isinstance(listed, dict):
        return []
    there = all(_is(folder, name, digest) for name, digest in listed.items())
    return [*listed, RECORD] if there else []


def _is(folder: Path, name: str, digest: object) -> bool:
    plain = Path(name).name == name
    return plain and (folder / name).is_file() and file_digest(folder / name) == digest


def write_run(
    path: Path, *, device: torch.device, clock: Clock, inputs: Mapping[str, str], **facts: Any
) -> None:
    """Write a run's record: what it was, from what, on what, how long it took, and what it left.

    The files beside it are the run's outputs: it is written when they are complete. Of the files
    that the run read it has the digests.
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
            "outputs": output_digests(path.parent),
            "finished": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            **environment(),
        },
    )


def read_run(model: type[Record], folder: Path, *files: str, **facts: Any) -> dict[str, Any]:
    """Return the record that `write_run` wrote in a run's folder.

    Args:
        model: what the record is of.
        folder: of the run.
        files: names of those of its files that are read too: each is held against its digest.
        facts: what the record must say, such as the seed.

    Raises:
        StateError: if the record is missing, damaged or of another run, or a file is not its own.
    """
    mend = f"make the run again: remove {folder.parent}/seed*.json and run the same command"
    path = folder / RECORD
    record = read_record(model, path, what="a run's record", mend=mend, error=StateError)
    content = record.model_dump(exclude_unset=True)
    for name, wanted in facts.items():
        if content[name] != wanted:
            raise StateError(
                where=f"{path}, {name}",
                what=f"it says {content[name]!r} instead of {wanted!r}",
                mend=mend,
            )
    for name in files:
        _check_file(folder / name, record.outputs.get(name), mend)
    return content


def _check_file(path: Path, wanted: str | None, mend: str) -> None:
    if not path.is_file():
        raise StateError(where=str(path), what="the file is missing", mend=mend)
    if (found := file_digest(path)) != wanted:
        raise StateError(
            where=str(path),
            what=f"it is not the file of this run: its sha256 is {found}, {RECORD} says {wanted}",
            mend=mend,
        )
