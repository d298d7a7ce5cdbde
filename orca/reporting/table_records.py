"""A table with its cells filled: what is written as JSON, and what every format is made from."""

import math
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict

from orca.reporting.names import PAPERS
from orca.text_files import read_record

Status = Literal["ok", "incomplete", "failed", "not run", "not declared", "not recorded"]
VerdictName = Literal[
    "reproduced", "better", "worse", "too few runs", "not comparable", "not run", "failed",
]  # fmt: skip
VERDICTS: tuple[VerdictName, ...] = get_args(VerdictName)
Whose = Literal["ours", "theirs"]
Unlike = Literal["", "metric", "unit", "split", "data"]


class TableRecord(BaseModel):
    """A part of a filled table: frozen, without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RunOfCell(TableRecord):
    """One run that a cell is made from, and where it comes from."""

    path: str
    seed: int
    status: Literal["ok", "failed", "not run"]
    value: float | None = None
    reason: str = ""
    selection: str = ""
    hyperparameters: str = ""
    samples: int = 0
    seconds: dict[str, float] = {}
    record: dict[str, Any] = {}


class OurResult(TableRecord):
    """What our runs say, one for each seed asked for.

    Args:
        status: whether all seeds have a score.
        mean: over the `n` seeds that have one.
        std: sample standard deviation over them; None for fewer than two.
        text: as it stands in the table, without the mark of the best.
        remark: on the number of runs, if it is not the row's usual one; shown beside `text`.
        absent: why there can be no runs.
    """

    status: Status
    mean: float | None = None
    std: float | None = None
    n: int = 0
    text: str
    remark: str = ""
    best: bool = False
    absent: str = ""
    runs: tuple[RunOfCell, ...] = ()


class PublishedResult(TableRecord):
    """What was published, as it was printed."""

    value: float | None = None
    std: float | None = None
    text: str
    best: bool = False
    body: str = ""
    source: str = ""
    note: str = ""


class Verdict(TableRecord):
    """How our number compares with the published one, and by which test.

    Args:
        reason: with what the test found.
        differs: what keeps the two from being compared, such as "other metric"; may be empty.
        difference: ours less the published number.
        ratio: ours to the published one, where another machine keeps them from being compared.
        margin: largest difference that counts as the same.
        p_different: of "the means are equal".
        p_equivalent: of "they are `margin` or more apart".
    """

    verdict: VerdictName
    reason: str
    differs: str = ""
    difference: float | None = None
    ratio: float | None = None
    margin: float | None = None
    p_different: float | None = None
    p_equivalent: float | None = None


class TableCell(TableRecord):
    """Where a row and a column meet. A cell that we make no runs for has no `ours`.

    Args:
        unlike: what our scores have other than the published ones.
    """

    metric: str = ""
    metric_title: str = ""
    direction: Literal["lower", "higher"] = "lower"
    perfect: float = 0.0
    task: str = ""
    method: str = ""
    body: str = ""
    unlike: Unlike = ""
    ours: OurResult | None = None
    theirs: PublishedResult | None = None
    verdict: Verdict | None = None

    def error(self, whose: Whose) -> float | None:
        """Return how far the number is from perfect; infinite for a run that failed.

        A column of published numbers alone competes with its published number in both.
        """
        if whose == "ours" and self.ours is not None:
            if self.ours.status == "failed":
                return math.inf
            value = self.ours.mean
        else:
            value = self.theirs.value if self.theirs else None
        if value is None:
            return None
        return value - self.perfect if self.direction == "lower" else self.perfect - value


class Heading(TableRecord):
    """Heading of a row or a column; `seeds` is what most complete cells of a row have."""

    name: str
    title: str
    metric_title: str = ""
    group: str = ""
    seeds: int = 0


class SummaryRow(TableRecord):
    """A line under the table, one entry for each column."""

    title: str
    whose: Whose
    values: tuple[float | None, ...]
    text: tuple[str, ...]


class FilledTable(TableRecord):
    """A filled table; one that is `textual` holds words, not numbers to compare."""

    format: Literal[1] = 1
    name: str
    title: str
    paper: str = ""
    number: str = ""
    caption: str = ""
    row_title: str = "task"
    textual: bool = False
    columns: tuple[Heading, ...]
    rows: tuple[Heading, ...]
    cells: tuple[tuple[TableCell, ...], ...]
    summary: tuple[SummaryRow, ...] = ()
    notes: tuple[str, ...] = ()
    verdicts: dict[str, int] = {}

    @property
    def heading(self) -> str:
        """The title, with the table's number in its paper."""
        where = f"{PAPERS[self.paper]}, Table {self.number}. " if self.number else ""
        return f"{where}{self.title}"

    @property
    def short_heading(self) -> str:
        """The table's number in its paper, or its title up to a colon."""
        return self.heading.partition(". " if self.number else ":")[0]

    @property
    def has_ours(self) -> bool:
        """Whether any cell is about runs of ours."""
        return any(cell.ours for row in self.cells for cell in row)

    @property
    def has_theirs(self) -> bool:
        """Whether any cell has a published counterpart."""
        return any(cell.theirs for row in self.cells for cell in row)


def read_table(path: Path) -> FilledTable:
    """Return the filled table that a JSON file holds.

    Raises:
        ResultsError: if the file is missing, or no table.
    """
    mend = f"make it again: snakemake --force {path}"
    return read_record(FilledTable, path, what="a table", mend=mend)
