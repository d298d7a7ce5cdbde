"""Reads a person's files: what the fit file teaches, its parts, and test files by the same record."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int, Num

from orca.data.entry import TaskEntry
from orca.data.own import arrays, cells, columns, targets
from orca.data.own.division import divide
from orca.data.own.learn import learn_inputs
from orca.data.own.table import OwnTable, read_table
from orca.data.schema import Schema
from orca.data.single_precision import check_digits
from orca.data.task import Block, Part, Splits, Task
from orca.data.ways import Own
from orca.errors import DataError
from orca.logs import log

Rows = Int[np.ndarray, "_"]


@dataclass(frozen=True)
class OwnSamples:
    """The samples of one file: targets as tasks store them, and where each stands in the file.

    `take` gives the inputs of some sample numbers, each of `size` bytes.
    """

    targets: Num[np.ndarray, "n *target"]
    rows: Rows
    take: Callable[[Rows], np.ndarray]
    size: int

    def part(self, chosen: Rows) -> Part:
        """Return a part of the samples, read in small portions."""

        def blocks() -> Iterator[Block]:
            for some in arrays.portions(chosen, self.size):
                yield self.take(some), self.targets[some]

        return Part(len(chosen), blocks)


def read(raw: Path, task: Task) -> Splits:
    """Read a person's files and divide their samples.

    Raises:
        DataError: naming file, column and row, if something in them cannot be taken as it stands.
    """
    is_table = _entry(task).is_table
    paths = [(raw / way.name, way.path) for way in task.files if isinstance(way, Own)]
    fit, division, schema, test = (_tables if is_table else _arrays)(paths, task)
    order = np.concatenate([division["train"], division["validation"]])
    tested, rows = (test, np.arange(len(test.rows))) if test else (fit, division["test"])
    return Splits(
        fit=fit.part(order),
        test=tested.part(rows),
        # Training samples come first, so that validation is a range.
        validation=range(len(division["train"]), len(order)),
        normalised=schema.normalised if is_table else None,
        schema=schema,
        rows=(fit.rows[order], tested.rows[rows]),
    )


Read = tuple[OwnSamples, dict[str, Rows], Schema, OwnSamples | None]
Names = tuple[str, ...]


def _entry(task: Task) -> TaskEntry:
    assert isinstance(task.option, TaskEntry)
    return task.option


def _tables(paths: list[tuple[Path, str]], task: Task) -> Read:
    entry = _entry(task)
    table = _table(*paths[0], entry)
    names, found = _targets_in_table(table, task, ())
    schema = learn_inputs(table, entry)
    values = columns.values_by(table, schema.columns, entry)
    if entry.missing == "drop_rows":
        whole = columns.without_gaps(table, values)
        table, values, found = table.take(whole), values[whole], found[whole]
    division = divide(
        entry,
        found,
        rows=table.rows,
        groups=_texts(table, entry.groups),
        stated=_texts(table, entry.split_key),
        where=table.path,
    )
    learnt_from = [column.name for column in schema.columns]
    columns.check_learnt(table, learnt_from, values, division["train"])
    if entry.kind != "classes":
        wanted = found.reshape(len(found), -1)
        columns.check_learnt(table, entry.targets, wanted, division["train"])
    learnt = columns.with_constants(schema.columns, values[division["train"]], entry)
    columns.check_gaps(table, values, learnt)
    if entry.as_ == "series":
        columns.check_series(table, learnt)
    taught = {"columns": learnt, "targets": entry.targets, "classes": names}
    schema = schema.model_copy(update=taught)
    test = _test_table(*paths[1], task, schema) if len(paths) > 1 else None
    return _samples_of_table(table, found, values, schema), division, schema, test


def _test_table(path: Path, shown: str, task: Task, schema: Schema) -> OwnSamples:
    entry = _entry(task)
    table, values = rows_by(_table(path, shown, entry), entry, schema, drop=True)
    _, found = _targets_in_table(table, task, schema.classes)
    return _samples_of_table(table, found, values, schema)


def _table(path: Path, shown: str, entry: TaskEntry) -> OwnTable:
    return targets.with_target(read_table(path, entry, shown=shown), entry)


def _samples_of_table(
    table: OwnTable, found: np.ndarray, values: np.ndarray, schema: Schema
) -> OwnSamples:
    size = schema.normalised.size * np.dtype(np.float32).itemsize
    return OwnSamples(found, table.rows, lambda rows: schema.inputs(values[rows]), size)


def rows_by(
    table: OwnTable, entry: TaskEntry, schema: Schema, *, drop: bool
) -> tuple[OwnTable, np.ndarray]:
    """Return the rows of another table as the fit file taught, and their numbers and codes.

    With `drop`, rows with gaps are left out where the entry says so.
    """
    values = columns.values_by(table, schema.columns, entry)
    if drop and entry.missing == "drop_rows":
        whole = columns.without_gaps(table, values)
        table, values = table.take(whole), values[whole]
    columns.check_gaps(table, values, schema.columns)
    known = {c.name for c in schema.columns} | {*schema.left_out, *entry.set_apart}
    more = [name for name in table.frame.columns if name not in known]
    if more:
        log.warning("%s: not in the fit file, and not used: %s", table.path, ", ".join(more))
    return table, values


def _texts(table: OwnTable, name: str) -> list[str] | None:
    if not name:
        return None
    table.require([name])
    return targets.labels_in_table(table, name)


def _targets_in_table(
    table: OwnTable, task: Task, names: Names
) -> tuple[Names, Num[np.ndarray, "n *target"]]:
    """Return names of classes or labels, and the targets as the task stores them."""
    entry = _entry(task)
    if entry.kind == "classes":
        (name,) = entry.targets
        labels = targets.labels_in_table(table, name)
        return targets.classes(labels, entry, names, table.place(name))
    values = targets.numbers_in_table(table, entry)
    if entry.kind == "multi_label":
        targets.check_zeros_and_ones(
            values, lambda row, label: table.where(entry.targets[label], row)
        )
    return entry.label_names, values.reshape(len(values), *task.target.shape)


def _arrays(paths: list[tuple[Path, str]], task: Task) -> Read:
    entry, (path, shown) = _entry(task), paths[0]
    inputs, names, fit = _samples_in_arrays(path, shown, task, ())
    count = len(fit.rows)
    division = divide(
        entry,
        fit.targets,
        rows=fit.rows,
        groups=_texts_in_array(path, entry, entry.groups, shown, count),
        stated=_texts_in_array(path, entry, entry.split_key, shown, count),
        where=shown,
    )
    test = None
    if len(paths) > 1:
        tested, _, test = _samples_in_arrays(*paths[1], task, names)
        check_shape(tested, inputs.shape[1:])
    learnt = division["train"]
    inputs.check_learnt(learnt)
    if entry.kind != "classes":
        wanted, place = fit.targets[learnt].reshape(len(learnt), -1), _place(entry, shown)
        check_digits(
            [wanted.reshape(-1, 1)] if wanted.size else [],
            lambda number, _: place(int(learnt[number // wanted.shape[1]])),
            "targets",
        )
    return fit, division, Schema(targets=entry.targets, classes=names), test


def _samples_in_arrays(
    path: Path, shown: str, task: Task, names: Names
) -> tuple[arrays.OwnArray, Names, OwnSamples]:
    """Return the inputs of a file of arrays, names of classes or labels, and the samples."""
    entry = _entry(task)
    place = _place(entry, shown)
    inputs = arrays.inputs_of(path, entry, shown=shown)
    given = arrays.targets_of(path, entry, entry.targets[0], shown=shown)
    _check_counts(inputs, given, shown)
    if entry.kind == "classes":
        labels = targets.labels_in_array(given, place)
        names, found = targets.classes(labels, entry, names, place)
    else:
        names = entry.label_names
        found = targets.numbers_in_array(given, task.target.shape, place)
    if entry.kind == "multi_label":
        targets.check_zeros_and_ones(found, lambda row, label: f"{place(row)}, label {label}")
    samples = OwnSamples(found, np.arange(len(found)), inputs.take, inputs.sample_bytes)
    return inputs, names, samples


def check_shape(inputs: arrays.OwnArray, shape: tuple[int, ...]) -> None:
    """Check that samples have the shape of those in the fit file."""
    if inputs.shape[1:] != shape:
        raise DataError(
            where=inputs.where,
            what=f"its samples are of shape {inputs.shape[1:]}, those of the fit file of {shape}",
            mend="give samples of the same channels and lengths, in the same order of axes",
        )


def _check_counts(inputs: arrays.OwnArray, given: np.ndarray, shown: str) -> None:
    count = inputs.shape[0]
    if not count:
        raise DataError(where=shown, what="it has no samples", mend="put samples into it")
    if given.ndim and len(given) == count:
        return
    mend = "give each sample one target, along the first axis"
    if given.ndim and len(given) == inputs.shape[-1]:
        mend = (
            "the last axis has as many: this is MATLAB's order of axes; name the axes as they are in"
            " `axes`, such as [length, channel, sample]"
        )
    what = f"{count} inputs but {len(given) if given.ndim else 'no'} targets"
    raise DataError(where=shown, what=what, mend=mend)


def _place(entry: TaskEntry, shown: str) -> cells.Place:
    where = f"{shown}, '{entry.targets[0]}'"
    return lambda row: where if row is None else f"{where}, sample {row}"


def _texts_in_array(
    path: Path, entry: TaskEntry, name: str, shown: str, count: int
) -> list[str] | None:
    if not name:
        return None
    given = arrays.targets_of(path, entry, name, shown=shown)
    where = f"{shown}, '{name}'"
    texts = targets.labels_in_array(given, lambda row: where)
    if len(texts) != count:
        raise DataError(
            where=where,
            what=f"{len(texts)} values for {count} samples",
            mend="give one for each sample",
        )
    return texts
