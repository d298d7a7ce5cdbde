"""Targets as a person writes them, and as tasks store them: class numbers, labels, numbers, fields."""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float, Int

from orca.data.entry import TaskEntry
from orca.data.own import cells
from orca.data.own.columns import read_numbers
from orca.data.own.table import OwnTable
from orca.data.single_precision import finite_numbers
from orca.declarations import nearest
from orca.errors import DataError
from orca.logs import log

SHOWN = 8
"""An error lists at most this many labels."""


def labels_in_table(table: OwnTable, name: str) -> list[str]:
    """Return the labels of a table's column, of which none is missing."""
    given = table.frame[name]
    if cells.is_text(given):
        return given.astype("str").str.strip().tolist()
    return cells.as_texts(given).tolist()


def with_target(table: OwnTable, entry: TaskEntry) -> OwnTable:
    """Return the rows that have a target, and log how many have none.

    An empty cell, and one that says ?, is none. Other texts that mean a missing value elsewhere,
    such as None, are names of classes where `classes` has them.
    """
    table.require(entry.targets)
    names = () if isinstance(entry.classes, int) else entry.classes
    missing = cells.GAPS - set(names) if entry.kind != "classes" or names else {"", "?"}
    found = np.ones(len(table.rows), bool)
    for name in entry.targets:
        given = table.frame[name]
        gap = given.str.strip().isin(missing) if cells.is_text(given) else given.isna()
        found &= ~gap.to_numpy(bool)
    if not found.all():
        log.info("%s: rows without a target are left out: %d", table.path, int((~found).sum()))
    if not found.any():
        raise DataError(
            where=table.where(entry.targets[0]),
            what="no row has a target",
            mend="name the target's column in `target`, or fill its cells",
        )
    return table.take(found)


def classes(
    labels: Sequence[str], entry: TaskEntry, names: tuple[str, ...], place: cells.Place
) -> tuple[tuple[str, ...], Int[np.ndarray, " n"]]:
    """Return the names of the classes in order, and the place of each label among them.

    The names are those of the fit file, where `names` has them; else the entry's, or the labels
    themselves, sorted.
    """
    names = names or _names(labels, entry, place)
    place_of = cells.place_among(names)
    numbers = {text: place_of(text) for text in set(labels)}
    new = next((at for at, text in enumerate(labels) if numbers[text] is None), None)
    if new is not None:
        raise DataError(
            where=place(new),
            what=f"'{labels[new]}' is none of the classes",
            mend=nearest(labels[new], list(names)),
        )
    return names, np.array([numbers[text] for text in labels], np.int64)


def _names(labels: Sequence[str], entry: TaskEntry, place: cells.Place) -> tuple[str, ...]:
    if not isinstance(entry.classes, int):
        return entry.classes
    present = sorted({cells.canonical(text) for text in labels})
    try:
        numbers = sorted(present, key=float)
        fractions = [text for text in numbers if not float(text).is_integer()]
    except (ValueError, OverflowError):
        numbers, fractions = present, []
    if fractions:
        at = next(i for i, t in enumerate(labels) if cells.canonical(t) == fractions[0])
        raise DataError(
            where=place(at),
            what=f"the label {fractions[0]} is no whole number",
            mend="mend the cell; or set `kind: scalar` if numbers are predicted",
        )
    if len(numbers) != entry.classes:
        shown = ", ".join(numbers[:SHOWN]) + (", ..." if len(numbers) > SHOWN else "")
        many = len(numbers) > max(SHOWN, len(labels) / 2)
        few = "say in `classes` how many there are, or their names in order"
        raise DataError(
            where=place(None),
            what=f"{len(numbers)} different labels ({shown}), where `classes` says {entry.classes}",
            mend="set `kind: scalar` if numbers are predicted" if many else few,
        )
    return tuple(numbers)


def numbers_in_table(table: OwnTable, entry: TaskEntry) -> Float[np.ndarray, "n targets"]:
    """Return the targets of a table that are numbers, a column each."""
    otherwise = "or set `kind: classes` if the column holds classes"
    found = [read_numbers(table, name, entry, otherwise) for name in entry.targets]
    return np.stack(found, axis=1)


def check_zeros_and_ones(
    values: Float[np.ndarray, "n labels"], place: Callable[[int, int], str]
) -> None:
    """Check that labels are there or not."""
    odd = np.argwhere((values != 0) & (values != 1))
    if len(odd):
        row, label = odd[0]
        raise DataError(
            where=place(int(row), int(label)),
            what=f"{values[row, label]:g} is neither 0 nor 1",
            mend="write 1 where the label is there and 0 where not",
        )


def labels_in_array(values: np.ndarray, place: cells.Place) -> list[str]:
    """Return the labels of an array: texts, numbers, truth values, or one-hot rows."""
    values = _one_per_sample(values, place)
    kind, what = values.dtype.kind, ""
    if kind == "O" and not all(isinstance(value, str | bytes) for value in values):
        what = "lists or references"
    elif kind not in "SUObiuf":
        what = f"of type {values.dtype}"
    if what:
        raise DataError(
            where=place(None),
            what=f"its labels are no texts, but {what}",
            mend="save them as texts or whole numbers",
        )
    if values.dtype.kind in "SO":
        decoded = (v.decode(errors="replace") if isinstance(v, bytes) else str(v) for v in values)
        values = np.array(list(decoded), dtype=str)
    if values.dtype.kind == "U":
        return [str(value).strip() for value in values]
    if not np.isfinite(values).all():
        row = int(np.argmin(np.isfinite(values)))
        raise DataError(
            where=place(row), what="the label is not a number", mend="leave the sample out"
        )
    if values.dtype.kind == "b":
        return [str(bool(value)) for value in values]
    return [cells.number_text(value) for value in values.tolist()]


def _one_per_sample(values: np.ndarray, place: cells.Place) -> np.ndarray:
    """Return labels without axes of length 1; one-hot rows as their numbers."""
    flat = values.reshape(len(values), -1) if values.ndim else values.reshape(1, 1)
    if flat.shape[1] == 1:
        return flat[:, 0]
    if flat.dtype.kind in "biuf" and ((flat == 0) | (flat == 1)).all() and (flat.sum(1) == 1).all():
        log.info("%s: one-hot rows are read as %d classes", place(None), flat.shape[1])
        return flat.argmax(axis=1)
    raise DataError(
        where=place(None),
        what=f"targets of shape {values.shape[1:]} instead of one label for each sample",
        mend="give a label for each sample; or set `kind: multi_label`, or `kind: field`",
    )


def numbers_in_array(
    values: np.ndarray, shape: tuple[int, ...], place: cells.Place
) -> Float[np.ndarray, "n *target"]:
    """Return an array of targets in the declared shape; axes of length 1 may be there or not."""
    if values.dtype.kind not in "biuf":
        raise DataError(
            where=place(None),
            what=f"targets of type {values.dtype} are no real numbers",
            mend="save real numbers; or set `kind: classes` if they are names of classes",
        )
    numbers = finite_numbers(values, place, "targets")
    squeezed = [length for length in values.shape[1:] if length != 1]
    if squeezed != [length for length in shape if length != 1]:
        raise DataError(
            where=place(None),
            what=f"targets of shape {values.shape[1:]} instead of {shape}",
            mend="set `target_shape` to the shape of the targets, channels first, or another `kind`",
        )
    return numbers.reshape(len(values), *shape)
