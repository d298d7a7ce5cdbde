"""Which cell of a row is best, average ranks, and wins."""

import math
from collections.abc import Callable

from orca.reporting.cells import Heading, SummaryRow, TableCell, Whose
from orca.reporting.numbers import alone


def mark_best(row: list[TableCell], whose: Whose) -> list[TableCell]:
    """Return the row with every cell marked that none is better than; ties are all marked."""
    errors = [cell.error(whose) for cell in row]
    finite = [error for error in errors if error is not None and math.isfinite(error)]
    if len(finite) < 2:
        return row
    best = min(finite)
    marked = []
    for cell, error in zip(row, errors, strict=True):
        part = getattr(cell, whose)
        if error == best and part is not None:
            cell = cell.model_copy(update={whose: part.model_copy(update={"best": True})})
        marked.append(cell)
    return marked


def competition(
    cells: list[list[TableCell]], whose: Whose
) -> tuple[list[int], list[int], list[list[float]]]:
    """Return the errors of the methods that compete on the tasks that can be decided.

    A method competes if it has a result on any task. A task can be decided if every competing
    method has a result there; a run that failed is a result, of infinite error.

    Returns:
        columns that compete, rows that can be decided, and errors by row and column.
    """
    errors = [[cell.error(whose) for cell in row] for row in cells]
    width = len(errors[0]) if errors else 0
    columns = [c for c in range(width) if any(row[c] is not None for row in errors)]
    kept: list[list[float]] = []
    rows: list[int] = []
    for index, row in enumerate(errors):
        values = [row[c] for c in columns]
        complete = [value for value in values if value is not None]
        if columns and len(complete) == len(columns):
            rows.append(index)
            kept.append(complete)
    return columns, rows, kept


def summarise(
    cells: list[list[TableCell]], columns: tuple[Heading, ...], whose: Whose
) -> list[SummaryRow]:
    """Return average rank and wins over the tasks where every competing method has a result.

    Ranks of ties are averaged, as are those of failures, which come last. A win is an error
    that none on the task beats; ties count for each, as in the papers.
    """
    competing, rows, errors = competition(cells, whose)
    if len(competing) < 2 or not rows:
        return []
    from scipy.stats import rankdata

    ranks = [rankdata(row, method="average") for row in errors]
    average: list[float | None] = [None] * len(columns)
    wins: list[float | None] = [None] * len(columns)
    for place, column in enumerate(competing):
        average[column] = sum(float(rank[place]) for rank in ranks) / len(rows)
        wins[column] = float(
            sum(row[place] == min(row) and math.isfinite(row[place]) for row in errors)
        )
    over = f"{len(rows)}" if len(rows) == len(cells) else f"{len(rows)} of {len(cells)}"
    return [
        _row(f"average rank ({over} tasks)", whose, average, lambda value: f"{value:.2f}"),
        _row(f"wins ({over} tasks)", whose, wins, alone_count),
    ]


def alone_count(value: float) -> str:
    """Return a count without decimals."""
    return f"{value:.0f}" if value == round(value) else alone(value)


def _row(
    title: str, whose: Whose, values: list[float | None], write: Callable[[float], str]
) -> SummaryRow:
    text = tuple("–" if value is None else write(value) for value in values)
    return SummaryRow(title=title, whose=whose, values=tuple(values), text=text)
