"""A table in memory as inputs of a model: what the fitted frame taught, and further rows by it."""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from orca.data.entry import TaskEntry
from orca.data.own import columns
from orca.data.own.learn import learn_inputs
from orca.data.own.table import table_of
from orca.data.schema import Schema

if TYPE_CHECKING:
    import pandas

READING = TaskEntry(path="frame.parquet", target="", kind="scalar", metric="rmse", unseen="other")
PLACE = "the frame"


def learn_frame(frame: "pandas.DataFrame") -> Schema:
    """Return what a frame teaches: kinds of its columns, their categories, what fills gaps.

    Raises:
        DataError: if a column cannot be read, or none can be learnt from.
    """
    table = table_of(frame, PLACE)
    schema = learn_inputs(table, READING)
    values = columns.values_by(table, schema.columns, READING)
    names = [column.name for column in schema.columns]
    columns.check_learnt(table, names, values, np.arange(len(values)))
    learnt = columns.with_constants(schema.columns, values, READING)
    return schema.model_copy(update={"columns": learnt})


def frame_inputs(
    frame: "pandas.DataFrame", schema: Schema
) -> Float[np.ndarray, "n channels length"]:
    """Return the rows of a frame as inputs, by what the fitted one taught, not normalised.

    Raises:
        DataError: naming column and row, if a column is missing or a value is no number.
    """
    table = table_of(frame, PLACE)
    values = columns.values_by(table, schema.columns, READING)
    columns.check_gaps(table, values, schema.columns)
    return schema.inputs(values)
