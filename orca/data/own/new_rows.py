"""New rows, whose target is unknown, read as the fit file taught; and tables in memory."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float, Int, Shaped

from orca.data.entry import SUFFIXES, TaskEntry
from orca.data.own import arrays, columns
from orca.data.own.learn import learn_inputs
from orca.data.own.read import check_shape, rows_by
from orca.data.own.table import read_table, table_of
from orca.data.schema import Schema
from orca.data.user_task import STANDING_IN
from orca.errors import DataError

if TYPE_CHECKING:
    import pandas

FRAME = TaskEntry(path="frame.parquet", target="", kind="scalar", metric="rmse", unseen="other")


@dataclass(frozen=True)
class NewRows:
    """Samples without a target, where each stands in the file, and what else stands there, as ids.

    `take` gives the inputs of some sample numbers.
    """

    rows: Int[np.ndarray, " n"]
    others: Mapping[str, Shaped[np.ndarray, " n"]]
    take: Callable[[np.ndarray], np.ndarray]


def read_new(path: Path, schema: Schema, entry: dict[str, Any] | None) -> NewRows:
    """Return the samples of a file, read as the fit file was, whose `entry` is None in a benchmark.

    Raises:
        DataError: naming column, row and value, if one cannot be taken as the fit file taught.
    """
    as_read = _reading(path, schema, entry)
    if as_read.is_table:
        table = read_table(path, as_read, shown=str(path))
        values = rows_by(table, as_read, schema, drop=False)[1]
        inputs = {column.name for column in schema.columns}
        others = {
            name: table.frame[name].to_numpy() for name in table.frame.columns if name not in inputs
        }
        return NewRows(table.rows, others, lambda rows: schema.inputs(values[rows]))
    array = arrays.inputs_of(path, as_read, shown=str(path))
    check_shape(array, schema.input_shape)
    numbers = np.arange(array.shape[0])
    return NewRows(numbers, {}, array.take)


def _reading(path: Path, schema: Schema, entry: dict[str, Any] | None) -> TaskEntry:
    """Return how a file is read: as the fit file, but in the format that its suffix names."""
    if path.suffix.lower() not in SUFFIXES:
        raise DataError(
            where=str(path),
            what=f"files with the suffix '{path.suffix}' cannot be read",
            mend=f"give a file of the kind that the run was trained on: {', '.join(SUFFIXES)}",
        )
    given = {key: value for key, value in (entry or STANDING_IN).items() if key != "format"}
    as_read = TaskEntry.model_validate(given | {"path": str(path), "test_path": ""})
    if as_read.is_table != bool(schema.columns):
        what = ("a table", "arrays") if as_read.is_table else ("arrays", "a table")
        raise DataError(
            where=str(path),
            what=f"it holds {what[0]}, and the run was trained on {what[1]}",
            mend="give new samples in the form of those that the run was trained on",
        )
    return as_read


def learn_frame(frame: "pandas.DataFrame") -> Schema:
    """Return what a frame teaches: kinds of its columns, their categories, what fills gaps."""
    table = table_of(frame, "the frame")
    schema = learn_inputs(table, FRAME)
    values = columns.values_by(table, schema.columns, FRAME)
    names = [column.name for column in schema.columns]
    columns.check_learnt(table, names, values, np.arange(len(values)))
    learnt = columns.with_constants(schema.columns, values, FRAME)
    return schema.model_copy(update={"columns": learnt})


def frame_inputs(
    frame: "pandas.DataFrame", schema: Schema
) -> Float[np.ndarray, "n channels length"]:
    """Return the rows of a frame as inputs, by what the fitted one taught, not normalised."""
    table = table_of(frame, "the frame")
    values = columns.values_by(table, schema.columns, FRAME)
    columns.check_gaps(table, values, schema.columns)
    return schema.inputs(values)
