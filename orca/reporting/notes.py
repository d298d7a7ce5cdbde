"""What is said of a table's cells: the metric that they share, and notes under the table."""

from collections.abc import Iterable, Sequence

from orca.reporting.table_records import SummaryRow, TableCell


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
