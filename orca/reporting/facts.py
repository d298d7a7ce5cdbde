"""Tables of what tasks are: the paper's words beside our declarations."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from orca.data.task import AS_READ, TASKS, Classes, MultiLabel, Scalar, Task
from orca.errors import ResultsError
from orca.evaluation.score import Run
from orca.reporting.cells import Cell, Head, Ours, TableData, Theirs
from orca.reporting.collate import fill_cell, with_text
from orca.reporting.quantities import Quantity
from orca.reporting.sources import Sources
from orca.reporting.table import Choices, Entry, ScoreTable, Table


@dataclass(frozen=True)
class Fact:
    """One column.

    Args:
        name: of the column in `task_metadata.csv`; empty if the paper has none.
        title: as it stands in the table.
        of: what our declaration says; None where it does not speak of it.
        quantity: what our runs say instead, of `method`.
        method: whose runs.
    """

    name: str
    title: str
    of: Callable[[Task], str] | None = None
    quantity: Quantity | None = None
    method: str = "orca"


def dimension(task: Task) -> str:
    """Return 1D or 2D."""
    return "1D" if task.kind == "sequence" else "2D"


def prediction(task: Task) -> str:
    """Return what is predicted: a point, several labels, a number, or a value at each place."""
    kinds = {Classes: "point", MultiLabel: "point_multi_label", Scalar: "regression"}
    return kinds.get(type(task.target), "dense")


def samples(task: Task) -> str:
    """Return the number of samples of all parts."""
    fit, test = task.samples.fit, task.samples.test
    return "as read" if AS_READ in (fit, test) else str(fit + test)


def classes(task: Task) -> str:
    """Return the number of classes or labels."""
    return str(task.target.count) if isinstance(task.target, Classes | MultiLabel) else ""


def resolution(task: Task) -> str:
    """Return the points along each axis."""
    return (
        "x".join(map(str, task.input_shape[1:])) if AS_READ not in task.input_shape else "as read"
    )


@dataclass(frozen=True, kw_only=True)
class FactsTable(Table):
    """A table of facts about tasks.

    Args:
        rows: tasks.
        columns: what is said of them.
    """

    rows: tuple[Entry, ...]
    columns: tuple[Fact, ...]

    def _timed(self) -> ScoreTable:
        """Return the table of those columns that our runs fill."""
        entries = tuple(
            Entry(name=fact.name, method=fact.method, quantity=fact.quantity)
            for fact in self.columns
            if fact.quantity
        )
        return ScoreTable(title=self.title, rows=self.rows, columns=entries)

    def runs(self, choices: Choices) -> list[Run]:
        """Return the runs whose times the table shows."""
        return self._timed().runs(choices)

    def fill(self, name: str, sources: Sources, choices: Choices) -> TableData:
        """Return the table: published facts, and ours where the task is declared."""
        published = {
            row["task"]: row
            for row in read_metadata(sources.metadata)
            if row["table"] == self.number
        }
        plan = self._timed().plan(choices)
        rows, cells = [], []
        for entry, planned in zip(self.rows, plan, strict=True):
            facts = published.get(entry.task, {})
            title = facts.get("name") or entry.heading
            rows.append(Head(name=entry.name, title=title, group=entry.group))
            timed = iter(planned)
            line = []
            for fact in self.columns:
                theirs = Theirs(text=facts.get(fact.name) or "–")
                ours = _ours(fact, entry.task)
                if fact.quantity:
                    cell = with_text(fill_cell(next(timed), fact.quantity, sources), 0)
                    line.append(cell.model_copy(update={"theirs": theirs}))
                else:
                    line.append(Cell(task=entry.task, ours=ours, theirs=theirs))
            cells.append(tuple(line))
        return TableData(
            name=name,
            title=self.title,
            paper=self.paper,
            number=self.number,
            caption=self.caption,
            textual=True,
            columns=tuple(Head(name=fact.name, title=fact.title) for fact in self.columns),
            rows=tuple(rows),
            cells=tuple(cells),
        )


def _ours(fact: Fact, task: str) -> Ours | None:
    if fact.of is None:
        return None
    if task not in TASKS:
        return Ours(
            status="not declared", text="not declared", absent=f"task '{task}' is not declared"
        )
    return Ours(status="ok", text=fact.of(TASKS[task]) or "–")


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
