"""What a fit file taught, `schema.json`: test files, new rows and peers are read by it, by name.

`frame_of(inputs, schema)` gives the inputs stored in `fit.h5` or `test.h5` of a table back as a
pandas frame: columns of numbers, and categorical columns with the categories in order.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from jaxtyping import Bool, Float
from pydantic import BaseModel, ConfigDict

from orca.data.normalise import Constants
from orca.errors import DataError
from orca.provenance import write_text
from orca.text_files import read_record

if TYPE_CHECKING:
    import pandas

Layout = Literal["arrays", "channels", "places", "series"]
SCHEMA = "schema.json"
OTHER = -1
"""Stands for a category that the fit file does not have."""


class Column(BaseModel):
    """A column of a table, as a model takes it.

    Args:
        name: in the file's header.
        kind: numbers, or categories.
        categories: in the order of their codes.
        fill: what stands for a gap among numbers; None where a gap is refused.
        marks_gaps: whether a gap has a place of its own: among the categories, or beside a number.
        takes_others: whether a category that the fit file does not have has a place of its own.
        origin: the date that days are counted from; empty for columns that are no dates.
        gaps: how many there were in the fit file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    kind: Literal["number", "category"]
    categories: tuple[str, ...] = ()
    fill: float | None = None
    marks_gaps: bool = False
    takes_others: bool = False
    origin: str = ""
    gaps: int = 0

    @property
    def width(self) -> int:
        """How many numbers stand for a value of a categorical column."""
        return len(self.categories) + self.marks_gaps + self.takes_others

    def filled(self, values: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
        """Return numbers without gaps, or places among the categories: gaps and others are last."""
        if self.kind == "number":
            return values if self.fill is None else np.where(np.isnan(values), self.fill, values)
        gap, other = len(self.categories), len(self.categories) + self.marks_gaps
        return np.where(np.isnan(values), gap, np.where(values == OTHER, other, values))


class Schema(BaseModel):
    """What a fit file taught.

    Args:
        layout: how columns become inputs: a `channel` each with length 1; a place each of a
            sequence, categories one-hot over the channels; or as the points of a `series`.
            `arrays` have no columns.
        columns: of the inputs, as they stand in them: categories first.
        left_out: columns that are no inputs, with the reason.
        targets: names of the target's columns or array.
        classes: names of the classes or labels, in order.
        unit: of the target.
        input_shape: of a sample.
        constants: of normalising, `inputs` and `targets`, each with `mean` and `std`.
        rows: where the samples of `train`, `validation` and `test` stand in the file that they
            are from: line numbers of a csv, the header being line 1; else numbers from 0.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    layout: Layout = "arrays"
    columns: tuple[Column, ...] = ()
    left_out: dict[str, str] = {}
    targets: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    unit: str = ""
    input_shape: tuple[int, ...] = ()
    constants: dict[str, dict[str, Any]] = {}
    rows: dict[str, tuple[int, ...]] = {}

    def constants_of(self, what: Literal["inputs", "targets"]) -> Constants:
        """Return how inputs or targets are normalised."""
        of_kind = self.constants[what]
        return Constants(*(np.array(of_kind[name], np.float32) for name in ("mean", "std")))

    @property
    def marked(self) -> list[int]:
        """The numbers of the columns of numbers whose gaps are marked, behind all columns."""
        kinds = [column.marks_gaps and column.kind == "number" for column in self.columns]
        return [number for number, marked in enumerate(kinds) if marked]

    @property
    def normalised(self) -> Bool[np.ndarray, "channels length"]:
        """Which numbers of an input normalising may touch: those that are no codes."""
        numeric = [column.kind == "number" for column in self.columns]
        touched = np.array([*numeric, *[False] * len(self.marked)])
        if self.layout == "channels":
            return touched[:, None]
        rows = np.zeros((self._channels, len(touched)), bool)
        rows[0] = touched
        return rows

    @property
    def _channels(self) -> int:
        widths = [column.width for column in self.columns if column.kind == "category"]
        return max(widths, default=1)

    def inputs(
        self, values: Float[np.ndarray, "n columns"]
    ) -> Float[np.ndarray, "n channels length"]:
        """Return numbers and codes as a model takes them; NaN is a gap, `OTHER` a new category."""
        marks = np.isnan(values[:, self.marked]).astype(np.float32)
        pairs = zip(self.columns, values.T, strict=True)
        filled = np.stack([column.filled(given) for column, given in pairs], axis=1)
        numbers = np.concatenate([filled, marks], axis=1).astype(np.float32)
        if self.layout == "channels":
            return numbers[:, :, None]
        rows = np.zeros((len(values), self._channels, numbers.shape[1]), np.float32)
        rows[:, 0] = numbers
        for place, column in enumerate(self.columns):
            if column.kind == "category":
                rows[:, 0, place] = 0
                rows[np.arange(len(rows)), filled[:, place].astype(int), place] = 1
        return rows

    def write(self, path: Path) -> None:
        """Write the schema as JSON, a line for each key and column."""
        content = self.model_dump(mode="json")
        columns = ",\n  ".join(json.dumps(column) for column in content.pop("columns"))
        others = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in content.items()]
        lines = [f'"columns": [\n  {columns}\n ]', *others]
        write_text(path, "{\n " + ",\n ".join(lines) + "\n}\n")

    @classmethod
    def read(cls, path: Path) -> "Schema":
        """Return the schema that a file holds.

        Raises:
            ResultsError: if it is missing or damaged.
        """
        mend = f"make it again: snakemake {path}; for a run's, make the run again"
        return read_record(cls, path, what="a schema", mend=mend)


def layout_of(columns: Sequence[Column]) -> Layout:
    """Return the layout of a table: places of a sequence if a column is categorical."""
    return "places" if any(column.kind == "category" for column in columns) else "channels"


def frame_of(inputs: Float[np.ndarray, "n channels length"], schema: Schema) -> "pandas.DataFrame":
    """Return the columns that a table's inputs, as `fit.h5` and `test.h5` store them, are made of.

    Gaps that are marked come back as missing; those that were filled, as what they were filled
    with.

    Raises:
        DataError: if the data are arrays, which have no columns.
    """
    import pandas as pd

    if schema.layout == "arrays":
        raise DataError(
            where="the schema of the task",
            what="its inputs are arrays and have no columns",
            mend="read `inputs` of fit.h5 and test.h5",
        )
    numbers = inputs[:, :, 0] if schema.layout == "channels" else inputs[:, 0]
    marks = {number: len(schema.columns) + k for k, number in enumerate(schema.marked)}
    frame: dict[str, Any] = {}
    for number, column in enumerate(schema.columns):
        if column.kind == "number":
            gap = numbers[:, marks[number]] > 0 if number in marks else np.zeros(len(inputs), bool)
            frame[column.name] = pd.Series(np.where(gap, np.nan, numbers[:, number]))
            continue
        codes = inputs[:, :, number].argmax(axis=1)
        known = np.where(codes < len(column.categories), codes, -1)
        frame[column.name] = pd.Series(
            pd.Categorical.from_codes(known.tolist(), pd.Index(list(column.categories)))
        )
    return pd.DataFrame(frame)
