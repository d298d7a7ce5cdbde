"""Who is best: in a row, by average rank, by wins, and the errors behind profiles and tests."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any, get_args

import numpy as np

from orca.reporting.table_records import FilledTable, SummaryRow, TableCell, Whose

Cells = Sequence[Sequence[TableCell]]


def mark_best(row: list[TableCell]) -> list[TableCell]:
    """Return the row with the best published number and our best one marked, and all ties."""
    row = [*row]
    for whose in get_args(Whose):
        errors = [cell.error(whose) for cell in row]
        finite = [error for error in errors if error is not None and math.isfinite(error)]
        for place, error in enumerate(errors if len(finite) > 1 else ()):
            if error == min(finite) and (part := getattr(row[place], whose)):
                marked = {whose: part.model_copy(update={"best": True})}
                row[place] = row[place].model_copy(update=marked)
    return row


@dataclass(frozen=True)
class Competition:
    """The errors of the methods that compete on the tasks that can be decided.

    A method competes if it has a result on any task and suits all. Peers may suit only some tasks;
    among our results they compete only where we run them on every task. A task can be decided if
    every competing method has a result there; a run that failed is a result, of infinite error.
    """

    whose: Whose
    errors: dict[int, list[float]]  # by column, on each task that can be decided
    tasks: int  # that can be decided
    of: int

    @property
    def side(self) -> str:
        """Whose numbers they are, in a word."""
        return "published" if self.whose == "theirs" else "ours"

    @property
    def over(self) -> str:
        """How many tasks decide, in words."""
        every = f"{self.of} tasks"
        return every if self.tasks == self.of else f"{self.tasks} of {every}"

    def by_title(self, table: FilledTable) -> dict[str, list[float]]:
        """Return the errors by the titles of the columns."""
        return {table.columns[column].title: errors for column, errors in self.errors.items()}


def competition(cells: Cells, whose: Whose) -> Competition:
    """Return who competes by our numbers or by the published ones."""
    found: dict[int, list[Any]] = {
        place: [cell.error(whose) for cell in column]
        for place, column in enumerate(zip(*cells, strict=True))
        if _suits_all(column, whose)
    }
    found = {place: errors for place, errors in found.items() if {*errors} != {None}}
    decided = [None not in task for task in zip(*found.values(), strict=True)]
    errors = {place: [*compress(of_column, decided)] for place, of_column in found.items()}
    return Competition(whose, errors, sum(decided), len(cells))


def _suits_all(column: Sequence[TableCell], whose: Whose) -> bool:
    if whose == "ours" and any(cell.ours for cell in column):
        return all(cell.ours for cell in column)
    return all(cell.ours or cell.theirs for cell in column)


def competitions(table: FilledTable) -> list[Competition]:
    """Return those by the published numbers and by ours, each if there may be any."""
    runs = any(cell.ours and cell.ours.runs for row in table.cells for cell in row)
    there: list[Whose] = ["theirs"] * table.has_theirs
    there += ["ours"] * runs
    return [competition(table.cells, whose) for whose in there]


def summarise(cells: Cells) -> Iterator[SummaryRow]:
    """Yield average rank and wins, by the published numbers and by ours, of two tasks or more.

    Ranks of ties are averaged, as are those of failures, which come last. A win is an error
    that none on the task beats; ties count for each, as in the papers.
    """
    any_run = any(cell.ours and cell.ours.n for row in cells for cell in row)
    there: list[Whose] = ["theirs", "ours"] if any_run else ["theirs"]
    for held in (competition(cells, whose) for whose in there):
        if len(held.errors) < 2 or held.tasks < 2:  # one task has its marks
            continue
        from scipy.stats import rankdata

        errors = np.array(list(held.errors.values()))
        won = (errors == errors.min(axis=0)) & np.isfinite(errors)
        for title, of_columns, digits in (
            ("average rank", rankdata(errors, axis=0).mean(axis=1), ".2f"),
            ("wins", won.sum(axis=1), ".0f"),
        ):
            by_column = dict(zip(held.errors, map(float, of_columns), strict=True))
            values = tuple(map(by_column.get, range(len(cells[0]))))
            text = tuple("–" if value is None else f"{value:{digits}}" for value in values)
            yield SummaryRow(
                title=f"{title} ({held.over})", whose=held.whose, values=values, text=text
            )
