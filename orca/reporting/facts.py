"""Tables of what tasks are: the paper's words beside our declarations."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from orca.data.task import AS_READ, TASKS, Classes, MultiLabel, Scalar, Task
from orca.errors import ResultsError
from orca.evaluation.score import Run
from orca.reporting.cells import Cell, Head, Ours, TableData, Theirs, Verdict, counted
from orca.reporting.collate import fill_cell, remarks_on_verdicts, with_text
from orca.reporting.numbers import unit_of_last_digit
from orca.reporting.published import Number
from orca.reporting.quantities import Quantity
from orca.reporting.sources import Sources
from orca.reporting.table import Choices, Entry, PlannedCell, ScoreTable, Table

Row = Mapping[str, str]
UNTOLD = "as read"
POWERS = {"K": 1e3, "M": 1e6}  # as the papers write large counts


@dataclass(frozen=True)
class Fact:
    """One column.

    Args:
        name: of the column in `task_metadata.csv`.
        title: as it stands in the table.
        of: what our declaration says; None where it does not speak of it.
        printed: column that has the digits as printed, where the paper rounds them.
        words: whether it is told in words, not in numbers.
        quantity: what our runs say instead, of `method`.
        method: whose runs.
    """

    name: str
    title: str
    of: Callable[[Task], str] | None = None
    printed: str = ""
    words: bool = False
    quantity: Quantity | None = None
    method: str = "orca"


def dimension(task: Task) -> str:
    """Return 1D or 2D."""
    return "1D" if task.kind == "sequence" else "2D"


def prediction(task: Task) -> str:
    """Return what is predicted: a point, several labels, a number, or a value at each place."""
    kinds = {Classes: "point", MultiLabel: "point multi label", Scalar: "regression"}
    return kinds.get(type(task.target), "dense")


def licence(task: Task) -> str:
    """Return what the declaration's origin says after whose data these are."""
    return task.origin.rpartition("; ")[2]


def samples(task: Task) -> str:
    """Return the number of samples of all parts."""
    return _stated(task.samples.fit, task.samples.test)


def classes(task: Task) -> str:
    """Return the number of classes or labels."""
    return str(task.target.count) if isinstance(task.target, Classes | MultiLabel) else ""


def features(task: Task) -> str:
    """Return the number of a table's features."""
    return _stated(task.input_shape[0])


def features_and_class(task: Task) -> str:
    """Return the number of a table's columns, that of the classes counted in."""
    return _stated(task.input_shape[0], 1)


def _stated(*numbers: int) -> str:
    """Return the sum of what a declaration states, or that only the data tell."""
    return UNTOLD if AS_READ in numbers else str(sum(numbers))


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
            printed = published.get(entry.task, {})
            title = printed.get("name") or entry.heading
            rows.append(Head(name=entry.name, title=title, group=entry.group))
            timed = iter(planned)
            cells.append(
                tuple(
                    self._timed_cell(fact, next(timed), printed, sources)
                    if fact.quantity
                    else _cell(fact, entry.task, printed)
                    for fact in self.columns
                )
            )
        return TableData(
            name=name,
            title=self.title,
            paper=self.paper,
            number=self.number,
            caption=self.caption,
            textual=any(fact.words for fact in self.columns),
            columns=tuple(Head(name=fact.name, title=fact.title) for fact in self.columns),
            rows=tuple(rows),
            cells=tuple(cells),
            notes=tuple(self._notes(cells)),
            verdicts=counted(cells),
        )

    def _timed_cell(self, fact: Fact, planned: PlannedCell, printed: Row, sources: Sources) -> Cell:
        """Return the cell of a column that our runs fill."""
        text = printed.get(fact.name, "")
        number = Number(
            paper=self.paper,
            table=self.number,
            benchmark=printed["benchmark"],
            task=planned.entry.task,
            metric=fact.name,
            direction="lower",
            method=fact.method,
            body="not_stated",
            value=text,
        ) if text else None  # fmt: skip
        return with_text(fill_cell(planned, fact.quantity, sources, number, _theirs(text)), 0)

    def _notes(self, cells: list[tuple[Cell, ...]]) -> list[str]:
        """Return what is not compared, and why."""
        silent = [fact.title for fact in self.columns if not fact.of and not fact.quantity]
        unsaid = [f"Not compared, since no declaration speaks of it: {', '.join(silent)}."]
        return unsaid * bool(silent) + remarks_on_verdicts(cells)


def _cell(fact: Fact, task: str, printed: Row) -> Cell:
    """Return the cell of a column that our declarations fill."""
    said = printed.get(fact.name, "")
    theirs = _theirs(said.replace("_", " ") if fact.words else said)
    if fact.of is None:
        return Cell(task=task, theirs=theirs)
    if task not in TASKS:
        absent = f"task '{task}' is not declared"
        ours = Ours(status="not declared", text="not declared", absent=absent)
        return Cell(task=task, ours=ours, theirs=theirs)
    text = fact.of(TASKS[task])
    ours = Ours(status="ok", text=text or "–", mean=_number(text))
    verdict = agreement(text, printed.get(fact.printed, "") or theirs.text.removesuffix("–"))
    return Cell(task=task, ours=ours, theirs=theirs, verdict=verdict)


def _theirs(text: str) -> Theirs:
    return Theirs(text=text or "–", value=_number(text))


def _number(text: str) -> float | None:
    """Return the number that a text is, thousands and millions by their letters; else None."""
    digits, power = (text[:-1], POWERS[text[-1:]]) if text[-1:] in POWERS else (text, 1.0)
    try:
        return float(digits) * power
    except ValueError:
        return None


def agreement(ours: str, printed: str) -> Verdict | None:
    """Return whether a declaration says what is printed; None if either is silent.

    Numbers agree if ours rounds to the printed digits (60K stands for 59,500 to 60,500), words
    if the shorter text begins the longer one, case aside.
    """
    if not ours or not printed:
        return None
    if ours == UNTOLD:
        return Verdict(verdict="not known", reason="the declaration leaves it to the data")
    mine, theirs = _number(ours), _number(printed)
    if mine is None or theirs is None:
        short, long = sorted((ours.casefold(), printed.casefold()), key=len)
        agrees, difference = long.startswith(short), None
    else:
        digits = printed.rstrip("".join(POWERS))
        unit = unit_of_last_digit(digits) * POWERS.get(printed[-1:], 1.0)
        difference = mine - theirs
        agrees = abs(difference) <= unit / 2
    reason = f"the declaration says {ours}, the paper prints {printed}"
    return Verdict(verdict="agrees" if agrees else "differs", reason=reason, difference=difference)


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
