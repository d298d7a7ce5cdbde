"""Tables of numbers and categories: their ARFF files, and what they teach (`orca.data.schema`).

A column is a series of pandas: of floats, or categorical with the possible texts in order.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Int

from orca.data.raw_file import damaged, reading
from orca.data.schema import Column
from orca.errors import DataError
from orca.provenance import write_text

if TYPE_CHECKING:
    import pandas

NUMBERS = ("REAL", "NUMERIC", "INTEGER")


def is_categorical(column: "pandas.Series") -> bool:
    """Return whether a column holds categories, not numbers."""
    return hasattr(column, "cat")


def present(column: "pandas.Series") -> list[str]:
    """Return the categories that occur in a column, in declared order."""
    return list(column.cat.remove_unused_categories().cat.categories)


def codes(column: "pandas.Series") -> Int[np.ndarray, " n"]:
    """Return the number of each value's category among those that occur; -1 where missing."""
    return column.cat.remove_unused_categories().cat.codes.to_numpy(np.int64)


def tidied(column: "pandas.Series", *, categorical: bool) -> "pandas.Series":
    """Return a column as numbers or as texts; "?" counts as missing, as in ORCA's loader."""
    import pandas as pd

    values = column.astype(object)
    values = values[values.notna() & (values.astype(str) != "?")].reindex(column.index)
    if not categorical:
        return values.astype(float)
    texts = values.map(str, na_action="ignore")
    declared = getattr(column.dtype, "categories", texts.dropna().unique())
    known = [str(category) for category in declared if str(category) != "?"]
    if not is_categorical(column):
        known.sort()
    return texts.astype(pd.CategoricalDtype(known))


def write_arff(path: Path, *, relation: str, columns: Sequence["pandas.Series"]) -> None:
    """Write a table as ARFF, atomically; the same table gives the same bytes.

    A categorical column without any category is written as one of numbers without any.

    Raises:
        DataError: if a category holds a brace, which the library writes and cannot read again.
    """
    import arff

    attributes = [
        (str(c.name), (is_categorical(c) and [*c.cat.categories]) or "REAL") for c in columns
    ]
    for name, categories in attributes:
        for text in categories:
            if isinstance(categories, list) and set(text) & {"{", "}"}:
                raise DataError(
                    where=f"{path}, the column '{name}'",
                    what=f"the category '{text}' holds a brace, which ARFF cannot tell from its own",
                    mend="rename the category where the table is from",
                )
    content = {
        "description": "",
        "relation": relation,
        "attributes": attributes,
        "data": list(
            zip(*([None if v != v else v for v in c.tolist()] for c in columns), strict=True)  # noqa: PLR0124 - NaN alone differs from itself
        ),
    }
    write_text(path, arff.dumps(content))


def read_arff(path: Path) -> list["pandas.Series"]:
    """Return the columns of an ARFF file, in its order.

    Raises:
        DataError: if the file is no ARFF that can be read, or holds no rows.
    """
    import arff
    import pandas as pd

    faults = (arff.ArffException, UnicodeDecodeError)
    with reading(path, "it is no ARFF table", *faults), path.open(encoding="utf-8") as file:
        content = arff.load(file)
    if not content["data"]:
        raise damaged(path, "the table has no rows")
    for name, kind in content["attributes"]:
        if not isinstance(kind, list) and kind.upper() not in NUMBERS:
            raise damaged(
                path, f"the column '{name}' is of kind {kind}, not of numbers or categories"
            )
    columns = zip(content["attributes"], zip(*content["data"], strict=True), strict=True)
    return [
        pd.Series(
            [None if v == "?" else v for v in values],
            dtype=pd.CategoricalDtype(kind) if isinstance(kind, list) else float,
            name=name,
        )
        for (name, kind), values in columns
    ]


def learn(columns: Sequence["pandas.Series"]) -> tuple[Column, ...]:
    """Return what a table's features teach, as a benchmark's table is read.

    Without a categorical column those with a missing value are left out. With one, categorical
    columns come first, a missing value being a category of its own; a missing number is 0.

    Source: the official code of ORCA (commit 19b8c1c), OpenML loader.

    Raises:
        DataError: if no column is left.
    """
    categorical = [column for column in columns if is_categorical(column)]
    numeric = [column for column in columns if not is_categorical(column)]
    if categorical:
        return (*map(_category, categorical), *(_number(column, fill=0.0) for column in numeric))
    complete = [_number(column, fill=None) for column in numeric if column.notna().all()]
    if not complete:
        raise DataError(
            where="the table's numeric columns",
            what="each of them has missing values",
            mend="fill them in, or declare a column as categorical",
        )
    return tuple(complete)


def _category(column: "pandas.Series") -> Column:
    gaps = int(column.isna().sum())
    return Column(
        name=str(column.name),
        kind="category",
        categories=tuple(present(column)),
        marks_gaps=gaps > 0,
        gaps=gaps,
    )


def _number(column: "pandas.Series", *, fill: float | None) -> Column:
    return Column(name=str(column.name), kind="number", fill=fill, gaps=int(column.isna().sum()))


def values_of(
    columns: Sequence["pandas.Series"], learnt: Sequence[Column]
) -> Float[np.ndarray, "n learnt"]:
    """Return numbers, and codes of categories, of the columns that were learnt; NaN for a gap."""
    by_name = {str(column.name): column for column in columns}
    values = []
    for column in learnt:
        series = by_name[column.name]
        if column.kind == "category":
            numbers = codes(series).astype(np.float64)
            values.append(np.where(numbers < 0, np.nan, numbers))
        else:
            values.append(series.to_numpy(np.float64))
    return np.stack(values, axis=1)
