"""Reads, checks, splits and normalises a task's raw files to `fit.h5`, `test.h5`, and their records."""

import importlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Int, Num

from orca.data import normalise
from orca.data.card import card_of
from orca.data.fetch import check_fetched
from orca.data.hdf5_write import written
from orca.data.normalise import Constants
from orca.data.prepared_file import FILES, FORMAT, seal
from orca.data.raw_file import damaged, reading
from orca.data.schema import SCHEMA, Schema
from orca.data.split import draw
from orca.data.store import READ_BYTES
from orca.data.target import Classes, Field
from orca.data.task import AS_READ, TASKS, Block, Part, Splits, Task, UnitGaussian, fits
from orca.errors import DataError
from orca.logs import progress
from orca.provenance import atomic

if TYPE_CHECKING:
    import h5py

PAGE_BYTES = 4096
VALIDATION_SEED = 0


def prepare(task: Task, name: str, raw: Path, out: Path) -> None:
    """Write `fit.h5`, `test.h5`, `card.json` and `schema.json` of a task to `out`.

    The raw files are passed over once, in blocks; what is written depends on them and on the
    declaration alone. Normalising constants come from the training rows only, unless the task is a
    `UnitGaussian`'s. `card.json`, which has the digests of the two files, is written last.

    Raises:
        DataError: if a raw file is missing, damaged, another one than was fetched, or not of the
            declared shape.
    """
    check_fetched(task, raw)
    splits = reader_of(task, name)(raw, task)
    _check_counts(splits, task, raw)
    with ExitStack() as stack:
        fit, test = (
            _create(stack.enter_context(atomic(out / file)), name, task, stack) for file in FILES
        )
        _fill(test, splits.test, task, raw, what=f"{name}: test samples")
        _fill(fit, splits.fit, task, raw, what=f"{name}: training samples")
        _divide(fit, splits, task, raw)
        _write_constants(fit, test, splits, task)
        schema = _schema_of(splits, task, fit)
        schema.write(out / SCHEMA)
        card = card_of(task, name, fit, test, raw, schema)
    seal(out, card)


def reader_of(task: Task, name: str) -> Callable[[Path, Task], Splits]:
    """Return what reads a task's raw files: the `read` of its reader, or of the declaring module."""
    module = importlib.import_module(task.reader) if task.reader else TASKS.modules[name]
    return module.read  # type: ignore[no-any-return]


def _check_counts(splits: Splits, task: Task, raw: Path) -> None:
    for part, found, declared in (
        ("training and validation", splits.fit.count, task.samples.fit),
        ("test", splits.test.count, task.samples.test),
    ):
        if found != declared and declared >= 0:
            what = f"it holds {found} {part} samples; '{task.title}' declares {declared}"
            raise _undeclared(raw, what)


def _undeclared(raw: Path, what: str) -> DataError:
    mend = "fetch its files again; if they changed, correct the declaration"
    return DataError(where=str(raw), what=what, mend=mend)


def _create(path: Path, name: str, task: Task, stack: ExitStack) -> "h5py.File":
    # On whole pages, since it is read by mapping the file into memory.
    file = stack.enter_context(
        written(path, alignment_threshold=PAGE_BYTES, alignment_interval=PAGE_BYTES)
    )
    file.attrs.update({"task": name, "task_digest": task.digest, "format": FORMAT})
    return file


def _fill(file: "h5py.File", part: Part, task: Task, raw: Path, *, what: str) -> None:
    """Write all samples of a part; the first block decides type and shape."""
    kind = np.int32 if isinstance(task.target, Classes) else np.float32
    done, least, largest, total = 0, np.inf, -np.inf, 0.0
    for inputs, targets in _shown(part, what, raw):
        small = inputs.dtype in (np.uint8, np.float16)
        inputs = inputs if small else np.asarray(inputs, np.float32)
        targets = targets if targets.dtype == np.uint8 else np.asarray(targets, kind)
        _check_block(inputs, targets, done, task, raw)
        if not done:
            for name, block in (("inputs", inputs), ("targets", targets)):
                file.create_dataset(name, (part.count, *block.shape[1:]), block.dtype)
        stop = done + len(inputs)
        if stop > part.count:
            raise _miscounted(raw, stop, part.count)
        file["inputs"][done:stop], file["targets"][done:stop] = inputs, targets
        done = stop
        least, largest = min(least, float(inputs.min())), max(largest, float(inputs.max()))
        total += float(inputs.sum(dtype=np.float64))
    if done != part.count:
        raise _miscounted(raw, done, part.count)
    mean = total / file["inputs"].size
    file["inputs"].attrs.update({"min": least, "max": largest, "mean": mean})
    if part.groups is not None:
        file.create_dataset("groups", data=part.groups.astype(np.int64))


def _miscounted(raw: Path, read: int, announced: int) -> DataError:
    return damaged(raw, f"{read} samples were read where {announced} were announced")


def _shown(part: Part, what: str, raw: Path) -> Iterator[Block]:
    """Yield a part's blocks, showing progress in samples; a raw file that fails is named."""
    ticks = progress(range(part.count), what=what, total=part.count)
    with reading(raw, "a file in it cannot be read to its end", OSError):
        for block in part.blocks():
            yield block
            for _ in range(len(block[0])):
                next(ticks, None)


def _check_block(
    inputs: Num[np.ndarray, "n *input"],
    targets: Num[np.ndarray, "n *target"],
    done: int,
    task: Task,
    raw: Path,
) -> None:
    """Compare a block, before which `done` samples came, with the declaration."""
    for name, values, want in (
        ("input", inputs, task.input_shape),
        ("target", targets, task.target.shape),
    ):
        if not fits(have := values.shape[1:], want):
            raise _undeclared(raw, f"{name}s have the shape {have}; '{task.title}' declares {want}")
        finite = np.isfinite(values).reshape(len(values), -1).all(axis=1)
        if not finite.all():
            raise DataError(
                where=str(raw),
                what=f"the {name} of sample {done + int(np.argmin(finite))} is not finite",
                mend="fetch its files again; if they are so, leave the sample out in `read`",
            )
    count = task.target.count if isinstance(task.target, Classes) else 0
    if count and not 0 <= targets.min() <= targets.max() < count:
        raise DataError(
            where=str(raw),
            what=f"labels from {targets.min()} to {targets.max()} for {count} classes",
            mend="declare as many classes as there are, numbered from 0",
        )


def _divide(file: "h5py.File", splits: Splits, task: Task, raw: Path) -> None:
    """Write the row numbers of training and validation, and check that no class is left out."""
    count = splits.fit.count
    generator = np.random.default_rng(VALIDATION_SEED)
    wanted = task.samples.validation if task.samples.validation != AS_READ else round(count / 10)
    labels = file["targets"][()] if isinstance(task.target, Classes) else None
    if splits.validation is not None:
        validation = np.asarray(splits.validation, np.int64)
    else:
        validation = draw(count, wanted, generator, splits.fit.groups, labels)
    train = np.setdiff1d(np.arange(count), validation)
    file["train"], file["validation"] = train, validation
    if isinstance(task.target, Classes) and labels is not None:
        absent = sorted(set(range(task.target.count)) - set(labels[train].tolist()))
        if absent:
            raise DataError(
                where=str(raw),
                what=f"class {absent[0]} has no training sample",
                mend="declare as many classes as there are, or a split that has each of them",
            )


def _write_constants(fit: "h5py.File", test: "h5py.File", splits: Splits, task: Task) -> None:
    rule, rows, inputs = task.normalisation, fit["train"][()], fit["inputs"].shape[1:]
    input_rule, target_rule = normalise.of_inputs, normalise.of_targets
    if isinstance(rule, UnitGaussian):
        rows = np.arange(splits.fit.count)
        input_rule = target_rule = normalise.unit_gaussian
    if rule.inputs == "stated":
        of_inputs = normalise.stated(rule.means, rule.deviations, inputs)
    elif rule.inputs == "none":
        of_inputs = normalise.no_change(inputs)
    else:
        of_inputs = input_rule(rule.inputs, _rows(fit["inputs"], rows), splits.normalised)
    if rule.targets == "none":
        of_targets = normalise.no_change(task.target.shape)
    else:
        of_targets = _spare_mask(target_rule(rule.targets, _rows(fit["targets"], rows)), task)
    for file in (fit, test):
        for what, constants in (("inputs", of_inputs), ("targets", of_targets)):
            file[f"normalisation/{what}/mean"] = constants.mean
            file[f"normalisation/{what}/std"] = constants.std


def _schema_of(splits: Splits, task: Task, fit: "h5py.File") -> Schema:
    """Return what the file taught, with the constants and the rows of each part."""
    known: dict[str, Any] = {
        "classes": getattr(task.target, "names", ()) or splits.schema.classes,
        "unit": getattr(task.target, "unit", ""),
        "input_shape": tuple(int(n) for n in fit["inputs"].shape[1:]),
        "constants": {
            what: {
                name: fit[f"normalisation/{what}/{name}"][()].tolist() for name in ("mean", "std")
            }
            for what in ("inputs", "targets")
        },
    }
    if splits.rows:
        of_fit, of_test = splits.rows
        parts = {part: of_fit[fit[part][()]] for part in ("train", "validation")}
        known["rows"] = {
            part: tuple(rows.tolist()) for part, rows in {**parts, "test": of_test}.items()
        }
    return splits.schema.model_copy(update=known)


def _spare_mask(constants: Constants, task: Task) -> Constants:
    """Leave the mask, the second half of a masked field's channels, as it is."""
    if not (isinstance(task.target, Field) and task.target.masked):
        return constants
    mean, std = constants.mean.copy(), constants.std.copy()
    mean[task.target.channels :], std[task.target.channels :] = 0, 1
    return Constants(mean, std)


def _rows(dataset: "h5py.Dataset", rows: Int[np.ndarray, " n"]) -> Iterator[Any]:
    """Yield the given rows, ascending, in portions that fit into memory."""
    step = max(1, READ_BYTES // max(1, dataset[0].nbytes))
    for start in range(0, len(dataset), step):
        inside = rows[(rows >= start) & (rows < start + step)] - start
        if len(inside):
            yield dataset[start : start + step][inside]
