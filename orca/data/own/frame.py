"""A table in memory as inputs of a model: what the fitted frame taught, and further rows by it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float

from orca.data.entry import TaskEntry
from orca.data.own import columns
from orca.data.own.learn import learn_features
from orca.data.own.table import table_of
from orca.data.schema import Schema, layout_of

if TYPE_CHECKING:
    import pandas

READING = TaskEntry(path="frame.parquet", target="", kind="scalar", metric="rmse", unseen="other")
PLACE = "the frame"


@dataclass(frozen=True)
class FrameInputs:
    """The columns of a frame as inputs; make one with `FrameInputs.learn`.

    Args:
        schema: what the fitted frame taught.
    """

    schema: Schema

    @classmethod
    def learn(cls, frame: "pandas.DataFrame") -> "FrameInputs":
        """Return what a frame teaches: kinds of its columns, their categories, what fills gaps.

        Raises:
            DataError: if a column cannot be read, or none can be learnt from.
        """
        table = table_of(frame, PLACE)
        features = learn_features(table, READING)
        ordered = sorted(features.columns, key=lambda column: column.kind != "category")
        values = columns.values_by(table, ordered, READING)
        learnt = columns.with_constants(ordered, values, READING)
        return cls(Schema(layout=layout_of(learnt), columns=learnt, left_out=features.left_out))

    def inputs(self, frame: "pandas.DataFrame") -> Float[np.ndarray, "n channels length"]:
        """Return the rows of a frame, not normalised.

        Raises:
            DataError: naming column and row, if a column is missing or a value is no number.
        """
        table = table_of(frame, PLACE)
        values = columns.values_by(table, self.schema.columns, READING)
        columns.check_gaps(table, values, self.schema.columns)
        return self.schema.inputs(values)

    @property
    def normalised(self) -> Bool[np.ndarray, "channels length"]:
        """Which numbers of an input normalising may touch: those that are no codes."""
        return self.schema.normalised
