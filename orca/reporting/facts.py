"""Tables of what the data sets are, as the paper prints it in `task_metadata.csv`."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from orca.errors import ResultsError
from orca.evaluation.score import Run
from orca.experiment import Experiment
from orca.reporting.axis import Axis, CellPlan
from orca.reporting.cells import Heading, PublishedResult, TableCell, TableData, counted
from orca.reporting.collate import fill_cell, notes_on, with_text
from orca.reporting.published import PublishedNumber
from orca.reporting.quantities import Quantity
from orca.reporting.score_table import ScoreTable
from orca.reporting.table import Table
from orca.reporting.table_inputs import TableInputs


@dataclass(frozen=True, kw_only=True)
class FactsTable(Table):
    """A table of facts about tasks.

    Args:
        rows: tasks.
        columns: title of each column by its name in the file.
        measured: what ORCA's runs measure of the column of the same name.
        textual: whether there are words in it, not only numbers.
    """

    rows: tuple[Axis, ...]
    columns: Mapping[str, str]
    measured: tuple[Quantity, ...] = ()
    textual: bool = False

    def _measured(self) -> ScoreTable:
        """Return the table of the columns that our runs measure."""
        columns = tuple(Axis(name=q.name, method="orca", quantity=q) for q in self.measured)
        return ScoreTable(title=self.title, rows=self.rows, columns=columns)

    def runs(self, experiment: Experiment) -> list[Run]:
        """Return the runs that measure a column."""
        return self._measured().runs(experiment)

    def fill(self, name: str, inputs: TableInputs, experiment: Experiment) -> TableData:
        """Return the table: the published facts, and beside them what our runs measure."""
        facts = {
            row["task"]: row
            for row in read_metadata(inputs.metadata)
            if row["table"] == self.number
        }
        rows, cells = [], []
        for axis, plans in zip(self.rows, self._measured().plan(experiment), strict=True):
            printed = facts.get(axis.task, {})
            rows.append(Heading(name=axis.name, title=printed.get("name") or axis.heading))
            measured = {q.name: (q, plan) for q, plan in zip(self.measured, plans, strict=True)}
            cells.append(
                tuple(
                    self._measured_cell(*measured[column], printed, inputs)
                    if column in measured
                    else TableCell(task=axis.task, theirs=_printed(printed.get(column, "")))
                    for column in self.columns
                )
            )
        return self.filled(
            name,
            textual=self.textual,
            columns=tuple(Heading(name=key, title=title) for key, title in self.columns.items()),
            rows=tuple(rows),
            cells=tuple(cells),
            notes=tuple(notes_on(cells)),
            verdicts=counted(cells),
        )

    def _measured_cell(
        self, quantity: Quantity, plan: CellPlan, printed: Mapping[str, str], inputs: TableInputs
    ) -> TableCell:
        """Return the cell of a column that our runs measure."""
        text = printed.get(quantity.name, "")
        number = PublishedNumber(
            paper=self.paper,
            table=self.number,
            benchmark=printed["benchmark"],
            task=plan.axis.task,
            metric=quantity.name,
            direction=quantity.direction,
            method=plan.axis.method,
            body="not_stated",
            value=text,
        ) if text else None  # fmt: skip
        return with_text(fill_cell(plan, quantity, inputs, number, _printed(text)), 0)


def _printed(text: str) -> PublishedResult:
    """Return a printed fact, with its number if it is one."""
    try:
        value = float(text)
    except ValueError:
        value = None
    return PublishedResult(text=text.replace("_", " ") or "–", value=value)


def read_metadata(folder: Path) -> list[dict[str, str]]:
    """Return the rows of `task_metadata.csv`.

    Raises:
        ResultsError: if it is missing, or a key column is.
    """
    path = folder / "task_metadata.csv"
    if not path.exists():
        raise ResultsError(
            where=str(path),
            what="there are no published facts about tasks",
            mend="point `published` at config/published of this repository",
        )
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    for column in ("table", "task", "name"):
        if rows and column not in rows[0]:
            raise ResultsError(
                where=f"{path}, line 1",
                what=f"the column '{column}' is missing",
                mend="restore the header of config/published/task_metadata.csv",
            )
    return rows
