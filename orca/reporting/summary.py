"""What is said of a table's cells: which is best, ranks and wins, common metrics, notes."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from orca.reporting.filled_table import VERDICTS, SummaryRow, TableCell, Whose
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

    A method competes if it has a result on any task and suits all; peers may suit some alone, and
    among our results are compared only where we run them on every task. A task can be decided if
    every competing method has a result there; a run that failed is a result, of infinite error.

    Returns:
        columns that compete, rows that can be decided, and errors by row and column.
    """
    errors = [[cell.error(whose) for cell in row] for row in cells]
    width = len(errors[0]) if errors else 0
    columns = [
        c
        for c in range(width)
        if any(row[c] is not None for row in errors)
        and _suits_all([row[c] for row in cells], whose)
    ]
    kept: list[list[float]] = []
    rows: list[int] = []
    for index, row in enumerate(errors):
        values = [row[c] for c in columns]
        complete = [value for value in values if value is not None]
        if columns and len(complete) == len(columns):
            rows.append(index)
            kept.append(complete)
    return columns, rows, kept


def _suits_all(column: Sequence[TableCell], whose: Whose) -> bool:
    if whose == "ours" and any(cell.ours for cell in column):
        return all(cell.ours for cell in column)
    return all(cell.ours or cell.theirs for cell in column)


def summarise(cells: list[list[TableCell]], width: int, whose: Whose) -> list[SummaryRow]:
    """Return average rank and wins over the tasks where every competing method has a result.

    Ranks of ties are averaged, as are those of failures, which come last. A win is an error
    that none on the task beats; ties count for each, as in the papers.
    """
    competing, rows, errors = competition(cells, whose)
    if len(competing) < 2 or not rows:
        return []
    from scipy.stats import rankdata

    ranks = [rankdata(row, method="average") for row in errors]
    average: list[float | None] = [None] * width
    wins: list[float | None] = [None] * width
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


def count_verdicts(cells: Iterable[Iterable[TableCell]]) -> dict[str, int]:
    """Return how many cells have each verdict, in the order of `VERDICTS`."""
    found = Counter(cell.verdict.verdict for row in cells for cell in row if cell.verdict)
    return {verdict: found[verdict] for verdict in VERDICTS if found[verdict]}


def usual_count(row: Iterable[TableCell]) -> int:
    """Return the number of seeds that most complete cells of a row have."""
    counts = Counter(c.ours.n for c in row if c.ours and c.ours.status == "ok")
    return max(counts, key=lambda n: (counts[n], n)) if counts else 0


def common_metric(cells: Iterable[TableCell]) -> str:
    """Return the metric that all cells share, with an arrow for its direction; empty if none."""
    titles = {(cell.metric_title, cell.direction) for cell in cells}
    title, direction = titles.pop() if len(titles) == 1 else ("", "")
    return title and f"{title} {'↓' if direction == 'lower' else '↑'}"


def notes_on(cells: Iterable[Iterable[TableCell]], summary: Sequence[SummaryRow]) -> list[str]:
    """Return what a reader must know of the cells: spreads, failures, absences, remarks."""
    all_cells = [cell for row in cells for cell in row]
    ours = [cell.ours for cell in all_cells if cell.ours]
    notes = []
    if any(result.std is not None for result in ours):
        notes.append("Mean ± sample standard deviation over seeds.")
    if any(result.n == 1 for result in ours):
        notes.append("Where there is one seed only, there is no spread to give.")
    if summary:
        notes.append("A win is a score that none on the task beats; ties count for each.")
    if any(value is None for row in summary for value in row.values):
        notes.append("Ranks and wins are among the columns that suit every task.")
    failed = [run for result in ours for run in result.runs if run.status == "failed"]
    notes.extend(dict.fromkeys(f"Failed: {run.path}: {run.reason}" for run in failed))
    absent = dict.fromkeys(result.absent for result in ours if result.absent)
    if absent:
        notes.append(f"No runs, since {'; '.join(absent)}.")
    verdicts = [cell.verdict for cell in all_cells if cell.verdict]
    reasons = dict.fromkeys(v.reason for v in verdicts if v.verdict == "not comparable")
    notes.extend(f"Not comparable: {reason}." for reason in reasons)
    remarks = dict.fromkeys(cell.theirs.note for cell in all_cells if cell.theirs)
    notes.extend(f"Published: {remark}" for remark in remarks if remark)
    return notes
