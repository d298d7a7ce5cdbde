"""Tables with numeric and categorical columns: their ARFF files, and the tensors made of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from orca.errors import DataError
from orca.provenance import atomic


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a table.

    Args:
        name: its heading.
        values: numbers, or texts in a categorical column; None where missing.
        categories: the possible texts of a categorical column; None in a numeric one.
    """

    name: str
    values: tuple[float | str | None, ...]
    categories: tuple[str, ...] | None = None

    @property
    def incomplete(self) -> bool:
        """Whether a value is missing."""
        return any(value is None for value in self.values)

    @property
    def present(self) -> tuple[str, ...]:
        """The categories that occur, in declared order."""
        occurring = set(self.values)
        return tuple(category for category in self.categories or () if category in occurring)

    @property
    def codes(self) -> Int[np.ndarray, " n"]:
        """Number of each value's category among those that occur; -1 where missing."""
        code = {category: number for number, category in enumerate(self.present)}
        return np.array([code.get(str(v), -1) if v is not None else -1 for v in self.values])

    @property
    def numbers(self) -> Float[np.ndarray, " n"]:
        """A numeric column's values; NaN where missing."""
        return np.array([np.nan if v is None else float(v) for v in self.values], np.float64)

    def rows(self, keep: Bool[np.ndarray, " n"]) -> "Column":
        """Return the column with some of its rows."""
        values = tuple(v for v, kept in zip(self.values, keep, strict=True) if kept)
        return Column(name=self.name, values=values, categories=self.categories)


def column_of_series(series: Any, *, categorical: bool) -> Column:
    """Return a series of pandas as a column; "?" counts as missing, as in ORCA's loader."""
    missing = series.isna() | (series.astype(str) == "?")
    if not categorical:
        numbers = [None if gone else float(v) for v, gone in zip(series, missing, strict=True)]
        return Column(name=str(series.name), values=tuple(numbers))
    texts = [None if gone else str(v) for v, gone in zip(series, missing, strict=True)]
    declared = getattr(series.dtype, "categories", None)
    known = sorted({t for t in texts if t is not None})
    categories = known if declared is None else [str(c) for c in declared if str(c) != "?"]
    return Column(name=str(series.name), values=tuple(texts), categories=tuple(categories))


def write_arff(path: Path, *, relation: str, columns: Sequence[Column]) -> None:
    """Write a table as ARFF, atomically; the same table gives the same bytes."""
    import arff

    content = {
        "description": "",
        "relation": relation,
        "attributes": [
            (c.name, "REAL" if c.categories is None else list(c.categories)) for c in columns
        ],
        "data": list(zip(*(c.values for c in columns), strict=True)),
    }
    with atomic(path) as temporary:
        temporary.write_text(arff.dumps(content), encoding="utf-8")


def read_arff(path: Path) -> list[Column]:
    """Return the columns of an ARFF file, in its order.

    Raises:
        DataError: if the file is no ARFF that can be read, or holds no rows.
    """
    import arff

    try:
        with path.open(encoding="utf-8") as file:
            content = arff.load(file)
    except (arff.ArffException, UnicodeDecodeError) as fault:
        raise DataError(
            where=str(path), what=f"it is no ARFF table: {fault}", mend="remove it and fetch again"
        ) from fault
    if not content["data"]:
        raise DataError(
            where=str(path), what="the table has no rows", mend="remove it and fetch again"
        )
    columns = zip(content["attributes"], zip(*content["data"], strict=True), strict=True)
    return [
        Column(
            name=name,
            values=tuple(None if v == "?" else v for v in values),
            categories=tuple(kind) if isinstance(kind, list) else None,
        )
        for (name, kind), values in columns
    ]


@dataclass(frozen=True)
class Encoded:
    """A table as a model takes it.

    Args:
        inputs: one row of the table per sample.
        normalised: which numbers of a sample normalising may touch.
    """

    inputs: Float[np.ndarray, "n channels length"]
    normalised: Bool[np.ndarray, "channels length"]


def encode(columns: Sequence[Column]) -> Encoded:
    """Turn a table's features into tensors.

    Without a categorical column: a channel per column, length 1, so that a row becomes one
    token; columns with a missing value are left out.

    With one: a place per column, categorical columns first, each one-hot over the channels (a
    missing value is a category of its own); a number stands in the first channel, 0 if missing.

    Source: the official code of ORCA (commit 19b8c1c), OpenML loader.

    Raises:
        DataError: if no column is left.
    """
    if any(column.categories is not None for column in columns):
        return _encode_mixed(columns)
    complete = [column.numbers for column in columns if not column.incomplete]
    if not complete:
        raise DataError(
            where="the table's numeric columns",
            what="each of them has missing values",
            mend="fill them in, or declare a column as categorical",
        )
    inputs = np.stack(complete, axis=1)[:, :, None].astype(np.float32)
    return Encoded(inputs, np.ones(inputs.shape[1:], bool))


def _encode_mixed(columns: Sequence[Column]) -> Encoded:
    categorical = [column for column in columns if column.categories is not None]
    numeric = [column for column in columns if column.categories is None]
    widths = [len(column.present) + column.incomplete for column in categorical]
    rows = len(columns[0].values)
    inputs = np.zeros((rows, max(widths), len(columns)), np.float32)
    normalised = np.zeros(inputs.shape[1:], bool)
    for place, column in enumerate(categorical):
        codes = np.where(column.codes < 0, len(column.present), column.codes)
        inputs[np.arange(rows), codes, place] = 1
    for place, column in enumerate(numeric, start=len(categorical)):
        inputs[:, 0, place] = np.nan_to_num(column.numbers)
        normalised[0, place] = True
    return Encoded(inputs, normalised)
