"""Tables of numbers and categories: their ARFF files, and the tensors made of them.

A column is a series of pandas: of floats, or categorical with the possible texts in order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float, Int

from orca.data.raw_file import damaged, reading
from orca.errors import DataError
from orca.provenance import atomic

if TYPE_CHECKING:
    import pandas


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
    """Write a table as ARFF, atomically; the same table gives the same bytes."""
    import arff

    content = {
        "description": "",
        "relation": relation,
        "attributes": [
            (str(c.name), list(c.cat.categories) if is_categorical(c) else "REAL") for c in columns
        ],
        "data": list(
            zip(*([None if v != v else v for v in c.tolist()] for c in columns), strict=True)  # noqa: PLR0124 - NaN alone differs from itself
        ),
    }
    with atomic(path) as temporary:
        temporary.write_text(arff.dumps(content), encoding="utf-8")


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
    columns = zip(content["attributes"], zip(*content["data"], strict=True), strict=True)
    return [
        pd.Series(
            [None if v == "?" else v for v in values],
            dtype=pd.CategoricalDtype(kind) if isinstance(kind, list) else float,
            name=name,
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


def encode(columns: Sequence["pandas.Series"]) -> Encoded:
    """Turn a table's features into tensors.

    Without a categorical column: a channel per column, length 1, so that a row becomes one
    token; columns with a missing value are left out.

    With one: a place per column, categorical columns first, each one-hot over the channels (a
    missing value is a category of its own); a number stands in the first channel, 0 if missing.

    Source: the official code of ORCA (commit 19b8c1c), OpenML loader.

    Raises:
        DataError: if no column is left.
    """
    if any(is_categorical(column) for column in columns):
        return _encode_mixed(columns)
    complete = [column.to_numpy(np.float64) for column in columns if column.notna().all()]
    if not complete:
        raise DataError(
            where="the table's numeric columns",
            what="each of them has missing values",
            mend="fill them in, or declare a column as categorical",
        )
    inputs = np.stack(complete, axis=1)[:, :, None].astype(np.float32)
    return Encoded(inputs, np.ones(inputs.shape[1:], bool))


def _encode_mixed(columns: Sequence["pandas.Series"]) -> Encoded:
    categorical = [column for column in columns if is_categorical(column)]
    numeric = [column for column in columns if not is_categorical(column)]
    widths = [len(present(column)) + int(column.isna().any()) for column in categorical]
    rows = len(columns[0])
    inputs = np.zeros((rows, max(widths), len(columns)), np.float32)
    normalised = np.zeros(inputs.shape[1:], bool)
    for place, column in enumerate(categorical):
        numbers = codes(column)
        inputs[np.arange(rows), np.where(numbers < 0, len(present(column)), numbers), place] = 1
    for place, column in enumerate(numeric, start=len(categorical)):
        inputs[:, 0, place] = np.nan_to_num(column.to_numpy(np.float64))
        normalised[0, place] = True
    return Encoded(inputs, normalised)
