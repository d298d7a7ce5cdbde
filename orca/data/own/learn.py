"""What the columns of a fit file teach: their kinds, their categories, and which teach nothing."""

import numpy as np
from jaxtyping import Bool, Float

from orca.data.entry import TaskEntry
from orca.data.own import cells
from orca.data.own.table import OwnTable
from orca.data.schema import Column, Schema, layout_of
from orca.errors import DataError
from orca.logs import log

FEW_VALUES = 20
"""A column of no more texts than these holds categories, however few rows there are."""

MOST_CATEGORIES = 1000
"""A column of more texts than these is left out: each takes a channel."""

LEAST_COUNTED = 10
"""A column that counts the rows is known as such from this many rows on."""


def learn_inputs(table: OwnTable, entry: TaskEntry) -> Schema:
    """Return what a fit file teaches of its inputs, before gaps have a constant."""
    table.require([*entry.input_columns, *entry.categorical, *entry.dates, *entry.drop])
    others = [name for name in table.frame.columns if name not in entry.set_apart]
    names = entry.input_columns or others
    columns: list[Column] = []
    left_out: dict[str, str] = {}
    for name in names:
        asked = name in {*entry.input_columns, *entry.categorical, *entry.dates}
        found = _learn(table, name, entry, asked=asked)
        if isinstance(found, Column):
            columns.append(found)
            continue
        if asked:
            raise DataError(
                where=table.where(name), what=found, mend="do not ask for it, or mend the column"
            )
        left_out[name] = found
        log.warning("%s: %s; it is left out", table.where(name), found)
    if not columns:
        raise DataError(
            where=table.path,
            what="no column is left to predict from: "
            + ("; ".join(f"'{n}': {why}" for n, why in left_out.items()) or "there is no other"),
            mend="name those to keep in `inputs`, or put more columns into the file",
        )
    columns.sort(key=lambda column: column.kind != "category")  # as they stand in the inputs
    layout = "series" if entry.as_ == "series" else layout_of(columns)
    return Schema(layout=layout, columns=tuple(columns), left_out=left_out)


def _learn(table: OwnTable, name: str, entry: TaskEntry, *, asked: bool) -> Column | str:
    """Return what a column teaches, or why it is left out."""
    given = table.frame[name]
    if name in entry.dates or not (cells.is_text(given) or cells.is_numbers(given)):
        return _learn_dates(table, name, entry)
    if name in entry.categorical:
        return _learn_categories(table, name, entry)
    if not cells.is_text(given):
        return _learn_numbers(table, name, entry, given.to_numpy(np.float64), asked=asked)
    texts = cells.stripped(given)
    numbers = cells.numbers_in(texts, entry.decimal)
    odd = np.isnan(numbers) & texts.notna().to_numpy()
    if not odd.any():
        return _learn_numbers(table, name, entry, numbers, asked=asked)
    present = texts.dropna()
    if cells.are_dates(present):
        return "it holds dates; name it in `dates` to take them as days"
    if wrong := cells.odd_number(present, entry.decimal):
        row = int(texts.notna().to_numpy().argmax())
        raise DataError(where=table.where(name, row), what=wrong[0], mend=wrong[1])
    if len(present) >= 5 * odd.sum() and present[~odd[present.index]].nunique() > FEW_VALUES:
        row = int(np.argmax(odd))
        raise DataError(
            where=table.where(name, row),
            what=f"'{texts.iloc[row]}' is no number, as the column's other values are",
            mend="mend the cell, leave it empty, or name the column in `categorical` or `drop`",
        )
    return _learn_categories(table, name, entry)


def _learn_numbers(
    table: OwnTable, name: str, entry: TaskEntry, numbers: Float[np.ndarray, " n"], *, asked: bool
) -> Column | str:
    gaps = np.isnan(numbers)
    if gaps.all():
        return "it is empty"
    steps = np.diff(numbers)
    if not asked and len(numbers) >= LEAST_COUNTED and numbers[0] in (0, 1) and (steps == 1).all():
        return "it counts the rows"
    return _number(name, entry, gaps)


def _learn_dates(table: OwnTable, name: str, entry: TaskEntry) -> Column | str:
    given = table.frame[name]
    if name not in entry.dates:
        return "it holds dates; name it in `dates` to take them as days"
    if (cells.stripped(given) if cells.is_text(given) else given).isna().all():
        return "it is empty"
    days = cells.days_in(given, cells.EPOCH, table.place(name))
    return _number(name, entry, np.isnan(days), cells.first_date(days))


def _number(name: str, entry: TaskEntry, gaps: Bool[np.ndarray, " n"], origin: str = "") -> Column:
    count = int(gaps.sum())
    marks = entry.missing == "category" and count > 0
    return Column(name=name, kind="number", origin=origin, marks_gaps=marks, gaps=count)


def _learn_categories(table: OwnTable, name: str, entry: TaskEntry) -> Column | str:
    texts = cells.as_texts(table.frame[name])
    present = texts.dropna()
    distinct = _in_order(present.unique().tolist())
    if not distinct:
        return "it is empty"
    if len(distinct) > max(FEW_VALUES, len(present) / 2):
        return f"nearly every row has a text of its own, such as '{present.iloc[0]:.40}'"
    if len(distinct) > MOST_CATEGORIES:
        return f"it holds {len(distinct)} different texts; {MOST_CATEGORIES} can be categories"
    gaps = int(texts.isna().sum())
    return Column(
        name=name,
        kind="category",
        categories=tuple(distinct),
        marks_gaps=gaps > 0 and entry.missing in ("median", "category"),
        takes_others=entry.unseen == "other",
        gaps=gaps,
    )


def _in_order(texts: list[str]) -> list[str]:
    """Return texts sorted; numbers among themselves by size."""
    try:
        return sorted(texts, key=float)
    except ValueError:
        return sorted(texts)
