"""Who is best: in a row, by average rank, by wins, and of which errors profiles and tests are made."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from orca.reporting.filled_table import FilledTable, SummaryRow, TableCell, Whose

Cells = Sequence[Sequence[TableCell]]


def mark_best(row: list[TableCell]) -> list[TableCell]:
    """Return the row with marks on what none is better than, of theirs and ours; ties are all marked."""
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

    A method competes if it has a result on any task and suits all; peers may suit some alone, and
    among our results are compared only where we run them on every task. A task can be decided if
    every competing method has a result there; a run that failed is a result, of infinite error.

    Args:
        columns: that compete.
        errors: of these, for each task that can be decided.
    """

    columns: list[int]
    errors: list[list[float]]


def competition(cells: Cells, whose: Whose) -> Competition:
    """Return who competes by our numbers or by the published ones."""
    of_columns = list(zip(*cells, strict=True))
    errors = [[cell.error(whose) for cell in column] for column in of_columns]
    columns = [
        place
        for place, column in enumerate(of_columns)
        if any(error is not None for error in errors[place]) and _suits_all(column, whose)
    ]
    by_task = list(zip(*(errors[place] for place in columns), strict=True))
    known = [[error for error in task if error is not None] for task in by_task]
    return Competition(columns, [task for task in known if len(task) == len(columns)])


def _suits_all(column: Sequence[TableCell], whose: Whose) -> bool:
    if whose == "ours" and any(cell.ours for cell in column):
        return all(cell.ours for cell in column)
    return all(cell.ours or cell.theirs for cell in column)


@dataclass(frozen=True)
class Side:
    """The competition by the published numbers, or by ours.

    Args:
        whose: in a word.
        errors: of each competing method, by its title, on the tasks that can be decided.
        tasks: how many these are.
        of: all tasks.
    """

    whose: str
    errors: dict[str, list[float]]
    tasks: int
    of: int


def sides(table: FilledTable) -> list[Side]:
    """Return the competition by the published numbers and by ours, each if there may be any."""
    runs = any(cell.ours and cell.ours.runs for row in table.cells for cell in row)
    names: list[tuple[str, Whose]] = [("published", "theirs")] * table.has_theirs
    names += [("ours", "ours")] * runs
    found = []
    for name, whose in names:
        held = competition(table.cells, whose)
        titles = [table.columns[column].title for column in held.columns]
        errors = dict(zip(titles, map(list, zip(*held.errors, strict=True)), strict=False))
        found.append(Side(name, errors, len(held.errors), len(table.rows)))
    return found


def summarise(cells: Cells) -> Iterator[SummaryRow]:
    """Yield average rank and wins, by the published numbers and by ours if there are any.

    Ranks of ties are averaged, as are those of failures, which come last. A win is an error
    that none on the task beats; ties count for each, as in the papers.
    """
    any_run = any(cell.ours and cell.ours.n for row in cells for cell in row)
    names: list[Whose] = ["theirs", "ours"] if any_run else ["theirs"]
    for whose in names:
        held = competition(cells, whose)
        if len(held.columns) < 2 or not held.errors:
            continue
        from scipy.stats import rankdata

        errors, width, tasks = held.errors, len(cells[0]), len(held.errors)
        ranks = [rankdata(task, method="average") for task in errors]
        average: list[float | None] = [None] * width
        wins: list[float | None] = [None] * width
        for place, column in enumerate(held.columns):
            average[column] = sum(float(rank[place]) for rank in ranks) / tasks
            won = (task[place] == min(task) and math.isfinite(task[place]) for task in errors)
            wins[column] = float(sum(won))
        over = f"{tasks} tasks" if tasks == len(cells) else f"{tasks} of {len(cells)} tasks"
        yield _row(f"average rank ({over})", whose, average, lambda value: f"{value:.2f}")
        yield _row(f"wins ({over})", whose, wins, lambda value: f"{value:.0f}")


def _row(
    title: str, whose: Whose, values: list[float | None], write: Callable[[float], str]
) -> SummaryRow:
    text = tuple("–" if value is None else write(value) for value in values)
    return SummaryRow(title=title, whose=whose, values=tuple(values), text=text)
