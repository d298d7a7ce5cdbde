"""The rows of any file, read by name as the fit file taught."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from jaxtyping import Float, Int

from orca.data.entry import TaskEntry
from orca.data.own import cells
from orca.data.own.table import OwnTable
from orca.data.schema import OTHER, Column
from orca.data.single_precision import check_digits, check_range
from orca.declarations import nearest
from orca.errors import DataError
from orca.logs import log

OTHERWISE = ", or leave the column out with `drop`"


def values_by(
    table: OwnTable, columns: Sequence[Column], entry: TaskEntry
) -> Float[np.ndarray, "n columns"]:
    """Return numbers and codes of a table's rows, by name, as a fit file taught them.

    Gaps are NaN; a category that the fit file does not have is `OTHER` where it has a place.
    """
    table.require([column.name for column in columns])
    return np.stack([_values(table, column, entry) for column in columns], axis=1)


def _values(table: OwnTable, column: Column, entry: TaskEntry) -> Float[np.ndarray, " n"]:
    given = table.frame[column.name]
    if column.kind == "category":
        return _codes(table, column)
    if column.origin:
        return cells.days_in(given, column.origin, table.place(column.name))
    return read_numbers(table, column.name, entry)


def read_numbers(
    table: OwnTable, name: str, entry: TaskEntry, otherwise: str = "the column holds numbers"
) -> Float[np.ndarray, " n"]:
    """Return the numbers of a column; NaN for a gap."""
    given = table.frame[name]
    if cells.is_text(given):
        texts = cells.stripped(given)
        values = cells.numbers_in(texts, entry.decimal)
        odd = np.isnan(values) & texts.notna().to_numpy()
        if odd.any():
            row = int(np.argmax(odd))
            raise DataError(
                where=table.where(name, row),
                what=f"'{texts.iloc[row]}' is no number",
                mend=f"mend the cell; {otherwise}",
            )
    else:
        values = given.to_numpy(np.float64)
    if np.isinf(values).any():
        row = int(np.argmax(np.isinf(values)))
        raise DataError(
            where=table.where(name, row),
            what="an infinite number",
            mend="mend the cell, or leave it empty",
        )
    check_range(values, table.place(name), "column's values", OTHERWISE)
    return values


def check_learnt(
    table: OwnTable,
    names: Sequence[str],
    values: Float[np.ndarray, "n columns"],
    rows: Int[np.ndarray, " _"],
) -> None:
    """Check that single precision keeps the digits of some columns in the training rows."""
    for name, numbers in zip(names, values.T, strict=True):
        given = rows[~np.isnan(numbers[rows])]
        check_digits(
            [numbers[given, None]] if len(given) else [],
            partial(_where, table, name, given),
            "column's values",
            OTHERWISE,
        )


def _where(table: OwnTable, name: str, rows: Int[np.ndarray, " _"], row: int, _: int) -> str:
    return table.where(name, int(rows[row]))


def _codes(table: OwnTable, column: Column) -> Float[np.ndarray, " n"]:
    texts = cells.as_texts(table.frame[column.name])
    place_of = cells.place_among(column.categories)
    codes = {text: place_of(text) for text in texts.dropna().unique()}
    new = [text for text, code in codes.items() if code is None]
    if new and not column.takes_others:
        row = int((texts == new[0]).to_numpy().argmax())
        raise DataError(
            where=table.where(column.name, row),
            what=f"'{new[0]}' is a category that the fit file does not have",
            mend=f"{nearest(new[0], list(column.categories))}\nWith `unseen: other` new ones get a"
            " place of their own",
        )
    return texts.map({**codes, **dict.fromkeys(new, OTHER)}).to_numpy(np.float64)


def check_gaps(
    table: OwnTable, values: Float[np.ndarray, "n columns"], columns: Sequence[Column]
) -> None:
    """Check that each gap can be filled, and log how many are."""
    for number, column in enumerate(columns):
        gaps = np.isnan(values[:, number])
        if not gaps.any():
            continue
        place = column.marks_gaps if column.kind == "category" else column.fill is not None
        if not place:
            raise DataError(
                where=table.where(column.name, int(np.argmax(gaps))),
                what="the value is missing, and there is no rule that fills it: the fit file has no"
                " gap in this column, or the entry says `missing: error`",
                mend="fill the cell, or leave the row out",
            )
        how = "a category of its own" if column.kind == "category" else f"{column.fill:g}"
        log.info("%s: gaps that become %s: %d", table.where(column.name), how, gaps.sum())


def with_constants(
    columns: Sequence[Column], values: Float[np.ndarray, "n columns"], entry: TaskEntry
) -> tuple[Column, ...]:
    """Return columns of numbers with what fills their gaps: the median of training values."""
    if entry.missing in ("error", "drop_rows"):
        return tuple(columns)
    medians = [
        float(np.median(v[~np.isnan(v)])) if not np.isnan(v).all() else 0.0 for v in values.T
    ]
    return tuple(
        column.model_copy(update={"fill": fill}) if column.kind == "number" else column
        for column, fill in zip(columns, medians, strict=True)
    )


def without_gaps(table: OwnTable, values: Float[np.ndarray, "n columns"]) -> np.ndarray:
    """Return which rows have no gap, and log how many have one."""
    whole = ~np.isnan(values).any(axis=1)
    if not whole.all():
        log.info("%s: rows with gaps are left out: %d", table.path, int((~whole).sum()))
    return whole


def check_series(table: OwnTable, columns: Sequence[Column]) -> None:
    """Check that the columns of a table can be the points of a series."""
    for column in columns:
        if column.kind == "category" or column.marks_gaps:
            what = "categories" if column.kind == "category" else "gaps that `missing` marks"
            raise DataError(
                where=table.path,
                what=f"the column '{column.name}' holds {what}, and is no point of a series",
                mend="name the points in `inputs`, or leave the column out with `drop`",
            )
