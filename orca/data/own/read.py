"""Reads a person's files: what the fit file teaches, its parts, and test files by the same record."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int, Num

from orca.data.entry import TaskEntry
from orca.data.own import arrays, columns, targets
from orca.data.own.division import divide
from orca.data.own.learn import learn_inputs
from orca.data.own.table import OwnTable, read_table
from orca.data.schema import Schema
from orca.data.task import Block, Part, Splits, Task
from orca.data.ways import Own
from orca.errors import DataError
from orca.logs import log

Rows = Int[np.ndarray, "_"]


@dataclass(frozen=True)
class OwnSamples:
    """The samples of one file.

    Args:
        targets: as tasks store them.
        rows: where each sample stands in the file.
        take: from the numbers of samples to their inputs.
        size: of a sample's inputs in bytes.
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
    entry = task.option
    assert isinstance(entry, TaskEntry)
    reading = _tables if entry.is_table else _arrays
    paths = [(raw / way.name, way.path) for way in task.files if isinstance(way, Own)]
    fit, division, schema, test = reading(paths, entry)
    order = np.concatenate([division["train"], division["validation"]])
    tested, rows = (test, np.arange(len(test.rows))) if test else (fit, division["test"])
    return Splits(
        fit=fit.part(order),
        test=tested.part(rows),
        # Training samples come first, so that validation is a range.
        validation=range(len(division["train"]), len(order)),
        normalised=schema.normalised if entry.is_table else None,
        schema=schema,
        rows=(fit.rows[order], tested.rows[rows]),
    )


Read = tuple[OwnSamples, dict[str, Rows], Schema, OwnSamples | None]


def _tables(paths: list[tuple[Path, str]], entry: TaskEntry) -> Read:
    table = read_table(paths[0][0], entry, shown=paths[0][1])
    table = table.take(targets.has_target(table, entry))
    names = _names(table, entry)
    found = _targets_in_table(table, entry, names)
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
    test = _test_table(*paths[1], entry, schema) if len(paths) > 1 else None
    fit = _samples_of_table(table, found, values, schema)
    return fit, division, schema, test


def _test_table(path: Path, shown: str, entry: TaskEntry, schema: Schema) -> OwnSamples:
    table = read_table(path, entry, shown=shown)
    table = table.take(targets.has_target(table, entry))
    table, values = rows_by(table, entry, schema, drop=True)
    found = _targets_in_table(table, entry, schema.classes)
    return _samples_of_table(table, found, values, schema)


def _samples_of_table(
    table: OwnTable, found: np.ndarray, values: np.ndarray, schema: Schema
) -> OwnSamples:
    size = schema.normalised.size * np.dtype(np.float32).itemsize
    return OwnSamples(found, table.rows, lambda rows: schema.inputs(values[rows]), size)


def rows_by(
    table: OwnTable, entry: TaskEntry, schema: Schema, *, drop: bool
) -> tuple[OwnTable, np.ndarray]:
    """Return a table's rows as the fit file taught, and their numbers and codes.

    Args:
        table: another one than the fit file.
        entry: how it is read.
        schema: what the fit file taught.
        drop: whether rows with gaps may be left out, where the entry says so.

    Raises:
        DataError: if a column is missing, or a value cannot be taken.
    """
    values = columns.values_by(table, schema.columns, entry)
    if drop and entry.missing == "drop_rows":
        whole = columns.without_gaps(table, values)
        table, values = table.take(whole), values[whole]
    columns.check_gaps(table, values, schema.columns)
    known = {c.name for c in schema.columns} | set(schema.left_out) | set(entry.named_columns)
    more = [name for name in table.frame.columns if name not in known]
    if more:
        log.warning("%s: not in the fit file, and not used: %s", table.path, ", ".join(more))
    return table, values


def _texts(table: OwnTable, name: str) -> list[str] | None:
    if not name:
        return None
    table.require([name])
    return targets.labels_in_table(table, name).texts


def _names(table: OwnTable, entry: TaskEntry) -> tuple[str, ...]:
    if entry.kind == "classes":
        return targets.class_names(targets.labels_in_table(table, entry.targets[0]), entry)
    return entry.label_names


def _targets_in_table(
    table: OwnTable, entry: TaskEntry, names: tuple[str, ...]
) -> Num[np.ndarray, "n *target"]:
    if entry.kind == "classes":
        labels = targets.labels_in_table(table, entry.targets[0])
        return targets.class_numbers(labels, names)
    values = targets.numbers_in_table(table, entry)
    if entry.kind == "multi_label":
        return targets.zeros_and_ones(
            values, lambda row, label: table.where(entry.targets[label], row)
        )
    if entry.kind == "field":
        return values.reshape(len(values), *entry.target_shape)
    return values[:, 0] if len(entry.targets) == 1 else values[:, :, None]


def _arrays(paths: list[tuple[Path, str]], entry: TaskEntry) -> Read:
    path, shown = paths[0]
    inputs = arrays.inputs_of(path, entry, shown=shown)
    given = arrays.targets_of(path, entry, entry.targets[0], shown=shown)
    _check_counts(inputs, given, shown)
    names = entry.label_names
    if entry.kind == "classes":
        names = targets.class_names(_labels(given, entry, shown), entry)
    found = _targets_in_array(given, entry, names, shown)
    rows = np.arange(len(found))
    division = divide(
        entry,
        found,
        rows=rows,
        groups=_texts_in_array(path, entry, entry.groups, shown, len(rows)),
        stated=_texts_in_array(path, entry, entry.split_key, shown, len(rows)),
        where=shown,
    )
    schema = Schema(targets=entry.targets, classes=names)
    test = _test_arrays(*paths[1], entry, names, inputs) if len(paths) > 1 else None
    inputs.check_learnt(division["train"])
    if entry.kind != "classes":
        targets.check_learnt(found[division["train"]], division["train"], _place(entry, shown))
    return OwnSamples(found, rows, inputs.take, inputs.sample_bytes), division, schema, test


def _test_arrays(
    path: Path, shown: str, entry: TaskEntry, names: tuple[str, ...], fit: arrays.OwnArray
) -> OwnSamples:
    inputs = arrays.inputs_of(path, entry, shown=shown)
    check_shape(inputs, fit.sample_shape)
    given = arrays.targets_of(path, entry, entry.targets[0], shown=shown)
    _check_counts(inputs, given, shown)
    found = _targets_in_array(given, entry, names, shown)
    return OwnSamples(found, np.arange(len(found)), inputs.take, inputs.sample_bytes)


def check_shape(inputs: arrays.OwnArray, shape: tuple[int, ...]) -> None:
    """Check that samples have the shape of those in the fit file.

    Raises:
        DataError: if they have another.
    """
    if inputs.sample_shape != shape:
        raise DataError(
            where=inputs.where,
            what=f"its samples are of shape {inputs.sample_shape}, those of the fit file of {shape}",
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


def _place(entry: TaskEntry, shown: str) -> Callable[[int | None], str]:
    where = f"{shown}, '{entry.targets[0]}'"
    return lambda row: where if row is None else f"{where}, sample {row}"


def _labels(given: np.ndarray, entry: TaskEntry, shown: str) -> targets.Labels:
    return targets.labels_in_array(given, _place(entry, shown))


def _targets_in_array(
    given: np.ndarray, entry: TaskEntry, names: tuple[str, ...], shown: str
) -> Num[np.ndarray, "n *target"]:
    place = _place(entry, shown)
    if entry.kind == "classes":
        return targets.class_numbers(_labels(given, entry, shown), names)
    values = targets.real_numbers(given, place)
    if entry.kind == "scalar":
        return targets.reshaped(values, (), place)
    if entry.kind == "field":
        return targets.reshaped(values, entry.target_shape, place)
    values = targets.reshaped(values, (entry.label_count,), place)
    return targets.zeros_and_ones(values, lambda row, label: f"{place(row)}, label {label}")


def _texts_in_array(
    path: Path, entry: TaskEntry, name: str, shown: str, count: int
) -> list[str] | None:
    if not name:
        return None
    given = arrays.targets_of(path, entry, name, shown=shown)
    where = f"{shown}, '{name}'"
    texts = targets.labels_in_array(given, lambda row: where).texts
    if len(texts) != count:
        raise DataError(
            where=where,
            what=f"{len(texts)} values for {count} samples",
            mend="give one for each sample",
        )
    return texts
