"""What a table is: rows and columns that say which runs and which published numbers meet."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, runtime_checkable

from orca.data.task import TASKS, Task
from orca.declarations import Declarations
from orca.evaluation.score import Run
from orca.methods.method import METHODS
from orca.reporting.cells import TableData
from orca.reporting.quantities import Quantity, Reported
from orca.reporting.sources import Sources


@runtime_checkable
class Choices(Protocol):
    """What the settings say about runs, and no declaration can know."""

    @property
    def bodies(self) -> Mapping[Any, str]:
        """The body for each kind of task, `sequence` and `grid`."""

    @property
    def tasks(self) -> Mapping[str, Any]:
        """The user's own tasks, as entries of the configuration."""

    def seeds_of(self, task: str, body: str) -> tuple[int, ...]:
        """Return the seeds that a task is run with."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A row or a column: what it fixes of the cells along it.

    The cell where a row and a column meet takes each field from whichever of them has it.

    Args:
        name: key of the row or column in the files made from the table.
        title: as it stands in the table; empty for the task's or method's own title.
        task: whose runs the cells are about.
        method: that the runs are made by; empty, on both sides, for published numbers alone.
        body: of the runs; empty for the one chosen for the task's kind.
        quantity: what is reported; None for the task's metric.
        published: columns of the published numbers that pick the cell's number, over those
            that follow from task, method and quantity.
        group: heading over neighbouring rows.
    """

    name: str
    title: str = ""
    task: str = ""
    method: str = ""
    body: str = ""
    quantity: Quantity | None = None
    published: Mapping[str, str] = field(default_factory=dict)
    group: str = ""

    def meet(self, other: "Entry") -> "Entry":
        """Return what both fix together; this entry's fields come first."""
        return replace(
            self,
            task=self.task or other.task,
            method=self.method or other.method,
            body=self.body or other.body,
            quantity=self.quantity or other.quantity,
            published={**other.published, **self.published},
        )

    @property
    def heading(self) -> str:
        """The title: its own, or that of the task or method."""
        if self.title:
            return self.title
        if self.method in METHODS and not self.task:
            return METHODS[self.method].title
        return TASKS[self.task].title if self.task in TASKS else self.name


def tasks(*names: str, group: str = "") -> tuple[Entry, ...]:
    """Return a row for each task."""
    return tuple(Entry(name=name, task=name, group=group) for name in names)


def methods(*names: str) -> tuple[Entry, ...]:
    """Return a column for each method."""
    return tuple(Entry(name=name, method=name) for name in names)


def baseline(name: str, title: str) -> Entry:
    """Return a column of published numbers that we make no runs for."""
    return Entry(name=name, title=title, published={"method": name})


@dataclass(frozen=True)
class PlannedCell:
    """The runs and the published number that one cell compares.

    Args:
        entry: what row and column fix together.
        body: of the runs; empty if there are none.
        runs: one for each seed.
        absent: why there can be no runs although the cell is about a method of ours.
        quantity: what is reported of each run.
        key: columns of the published numbers, and what they must be.
    """

    entry: Entry
    body: str
    runs: tuple[Run, ...]
    absent: str
    quantity: Quantity | None
    key: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Table(ABC):
    """A table of a paper, or one of our own: what all forms of table have.

    Args:
        title: what it is about.
        paper: key of the published numbers; empty for a table of our own.
        number: of the table in the paper; empty where it is not known.
        published_as: what the published numbers call the table, if not by its number.
        caption: what is said under it.
    """

    title: str
    paper: str = ""
    number: str = ""
    published_as: str = ""
    caption: str = ""

    @abstractmethod
    def runs(self, choices: Choices) -> list[Run]:
        """Return the runs that the table is made from."""

    @abstractmethod
    def fill(self, name: str, sources: Sources, choices: Choices) -> TableData:
        """Return the table with every cell filled, or saying why it is not."""


@dataclass(frozen=True, kw_only=True)
class ScoreTable(Table):
    """A table of scores, hours or recorded numbers: a grid of rows and columns.

    Args:
        rows: usually tasks.
        suite: declared tasks of this suite that `rows` does not name join as rows.
        columns: usually methods.
        comparison: methods that name it in `compared_in` join as columns.
        spread_from: number of the paper's table that prints the spreads of this one's numbers.
        ranked: whether the cells of a row compete: the best is marked, ranks and wins counted.
        unpublished: what stands where no number was published.
        row_title: what the rows are.
    """

    rows: tuple[Entry, ...] = ()
    suite: str = ""
    columns: tuple[Entry, ...] = ()
    comparison: str = ""
    spread_from: str = ""
    ranked: bool = True
    unpublished: str = "–"
    row_title: str = "task"

    def all_rows(self, choices: Choices) -> tuple[Entry, ...]:
        """Return the rows named here, then the tasks that join by their suite."""
        named = {row.task for row in self.rows}
        every = {**TASKS, **own_tasks(choices)} if self.suite else {}
        joining = [
            Entry(name=name, task=name, title=task.title)
            for name, task in every.items()
            if task.suite == self.suite and not task.baseline and name not in named
        ]
        return self.rows + tuple(joining)

    def all_columns(self) -> tuple[Entry, ...]:
        """Return the columns named here, then the methods that join by the comparison."""
        named = {column.method for column in self.columns}
        joining = [
            name
            for name, method in METHODS.items()
            if self.comparison and self.comparison in method.compared_in and name not in named
        ]
        return self.columns + methods(*joining)

    def fill(self, name: str, sources: Sources, choices: Choices) -> TableData:
        """Return the table with every cell filled, or saying why it is not."""
        from orca.reporting.collate import collate

        return collate(name, self, sources, choices)

    def plan(self, choices: Choices) -> list[list[PlannedCell]]:
        """Return the cells, row by row."""
        columns = self.all_columns()
        return [
            [self._cell(row.meet(column), choices) for column in columns]
            for row in self.all_rows(choices)
        ]

    def runs(self, choices: Choices) -> list[Run]:
        """Return the runs of every cell, each once; undeclared tasks and methods have none."""
        found = {run.path: run for row in self.plan(choices) for cell in row for run in cell.runs}
        return list(found.values())

    def _cell(self, entry: Entry, choices: Choices) -> PlannedCell:
        key = {"paper": self.paper, "table": self.published_as or self.number, "task": entry.task}
        key["method"] = entry.method
        if entry.quantity is not None:
            key["metric"] = entry.quantity.name
        task = task_named(entry.task, choices)
        quantity = entry.quantity or (Reported(task.metric) if task else None)
        body, absent = _body(entry, task, choices) if entry.method else ("", "")
        seeds = choices.seeds_of(entry.task, body) if body else ()
        runs = tuple(
            Run(task=entry.task, body=body, method=entry.method, seed=seed) for seed in seeds
        )
        return PlannedCell(entry, body, runs, absent, quantity, {**key, **entry.published})


def own_tasks(choices: Choices) -> dict[str, Task]:
    """Return the user's own tasks."""
    if not choices.tasks:
        return {}
    from orca.data.user_task import task_of

    return {
        name: task_of(name, entry, where="config, tasks") for name, entry in choices.tasks.items()
    }


def task_named(name: str, choices: Choices) -> Task | None:
    """Return a task, declared or the user's own; None if there is none of that name."""
    if name in choices.tasks:
        return own_tasks(choices)[name]
    return TASKS.get(name)


def _body(entry: Entry, task: Task | None, choices: Choices) -> tuple[str, str]:
    """Return the body of the runs, or why there can be none."""
    if task is None:
        return "", f"task '{entry.task}' is not declared"
    if entry.method not in METHODS:
        return "", f"method '{entry.method}' is not declared"
    body = entry.body or choices.bodies.get(task.kind, "")
    return body, "" if body else f"no body is chosen for tasks of kind '{task.kind}'"


TABLES: Declarations[Table] = Declarations("orca.reporting.tables", "table")
