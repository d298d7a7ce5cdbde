"""A prepared task's card: what a person wants to know of the data without opening them."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Num

from orca.data.fetch import SOURCES, recorded
from orca.data.schema import Schema
from orca.data.target import Classes, Field, MultiLabel, Scalar
from orca.data.task import Task
from orca.provenance import file_digest

if TYPE_CHECKING:
    import h5py


def card_of(  # noqa: PLR0913 (all that a card describes)
    task: Task, name: str, fit: "h5py.File", test: "h5py.File", raw: Path, schema: Schema
) -> dict[str, Any]:
    """Return what `card.json` says: plain numbers and texts, the same for the same data."""
    rows = {"train": fit["train"][()], "validation": fit["validation"][()]}
    parts = {
        **{part: _part(task, fit, numbers) for part, numbers in rows.items()},
        "test": _part(task, test, np.arange(len(test["targets"]))),
    }
    return {
        "task": name,
        "title": task.title,
        "suite": task.suite,
        "origin": task.origin,
        "task_digest": task.digest,
        "variant_of": task.variant_of,
        "differs": task.differs,
        "input_shape": [int(n) for n in fit["inputs"].shape[1:]],
        "input_type": str(fit["inputs"].dtype),
        "target": _target(task),
        "loss": task.loss,
        "pooling": task.pooling,
        "metric": task.metric,
        "parts": parts,
        "normalisation": {what: _constants(fit, what) for what in ("inputs", "targets")},
        "inputs": {fact: _short(fit["inputs"].attrs[fact]) for fact in ("min", "max", "mean")},
        "raw_files": _raw_files(task, raw),
        "gaps": {column.name: column.gaps for column in schema.columns if column.gaps},
        "left_out": schema.left_out,
    }


def _target(task: Task) -> dict[str, Any]:
    target = task.target
    facts: dict[str, Any] = {"kind": type(target).__name__, "shape": list(target.shape)}
    if isinstance(target, Scalar | Field):
        facts["unit"] = target.unit
    if isinstance(target, Classes | MultiLabel):
        facts.update(count=target.count, names=list(target.names))
    return facts


def _part(task: Task, file: "h5py.File", rows: Num[np.ndarray, " n"]) -> dict[str, Any]:
    facts: dict[str, Any] = {"samples": len(rows)}
    if "groups" in file:
        facts["groups"] = len(np.unique(file["groups"][()][rows]))
    if isinstance(task.target, Classes):
        counts = np.bincount(file["targets"][()][rows], minlength=task.target.count)
        facts["per_class"] = counts.tolist()
    elif isinstance(task.target, MultiLabel):
        facts["per_label"] = file["targets"][()][rows].sum(axis=0).astype(int).tolist()
    return facts


def _constants(file: "h5py.File", what: str) -> dict[str, Any]:
    mean, std = (file[f"normalisation/{what}/{c}"][()] for c in ("mean", "std"))
    return {
        "shape": list(mean.shape),
        "mean": [_short(mean.min()), _short(mean.max())],
        "std": [_short(std.min()), _short(std.max())],
    }


def _raw_files(task: Task, raw: Path) -> list[dict[str, Any]]:
    """Return name, size and digest of each raw file that is there under its own name."""
    seen, files = recorded(raw / SOURCES), []
    for way in task.files:
        path = raw / way.name
        known = seen.get(way.name) or {
            "bytes": path.stat().st_size, "sha256": file_digest(path)
        }  # fmt: skip
        files.append({"name": way.name, **known})
    return files


def _short(value: float | np.floating) -> float:
    return float(f"{float(value):.6g}")
