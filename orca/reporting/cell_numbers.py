"""What a cell says of our runs, mean and spread or why there are none, and the notes on it."""

import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from typing import Any

from orca.errors import ResultsError
from orca.evaluation.score import Run, Score, command_for
from orca.peers.peer import PEERS
from orca.reporting.cell_plan import CellPlan
from orca.reporting.numbers import written
from orca.reporting.quantities import Quantity
from orca.reporting.scores import ScoreFolder
from orca.reporting.table_records import OurResult, RunOfCell, Status, SummaryRow, TableCell

MUST_AGREE = ("task_digest", "selection", "hyperparameters", "metric")


def our_result(plan: CellPlan, quantity: Quantity, scores: ScoreFolder) -> OurResult:
    """Return what the runs of a cell say of a quantity."""
    if plan.absent and not plan.body:
        return OurResult(status="not declared", text="not declared", absent=plan.absent)
    runs = tuple(_run(run, quantity, scores) for run in plan.runs)
    values = [run.value for run in runs if run.value is not None]
    failed = sum(run.status == "failed" for run in runs)
    status: Status = "incomplete"
    if any(run.status == "ok" for run in runs) and not values:
        status = "not recorded"
    elif runs and len(values) == len(runs):
        status = "ok"
    elif runs and failed == len(runs):
        status = "failed"
    elif not values and not failed:
        status = "not run"
    if status == "not run" and plan.absent:
        return OurResult(status=status, text="no data", absent=plan.absent, runs=runs)
    return OurResult(status=status, text="", runs=runs, **mean_and_spread(values))


def mean_and_spread(values: Sequence[float]) -> dict[str, Any]:
    """Return mean, sample standard deviation and count, under the names of `OurResult`."""
    return {
        "mean": statistics.fmean(values) if values else None,
        "std": statistics.stdev(values) if len(values) > 1 else None,
        "n": len(values),
    }


def _run(run: Run, quantity: Quantity, scores: ScoreFolder) -> RunOfCell:
    score = scores.read(run)
    if score is None:
        return RunOfCell(path=run.path, seed=run.seed, status="not run")
    value = quantity.of(score) if score.status == "ok" else None
    kept = score.model_dump(include=set(RunOfCell.model_fields) - {"value"})
    return RunOfCell(path=run.path, value=value, **kept)


def check_alike(runs: Iterable[Run], scores: ScoreFolder) -> None:
    """Refuse scores of methods on one task and body that differ in more than method and seed.

    Raises:
        ResultsError: naming the first two that do.
    """
    first: dict[tuple[str, str], tuple[Run, Score]] = {}
    for run in runs:
        score = scores.read(run)
        if score is None or run.method in PEERS:  # a peer's settings are no method's
            continue
        other_run, other = first.setdefault((run.task, run.body), (run, score))
        for field in MUST_AGREE:
            mine, theirs = getattr(score, field), getattr(other, field)
            if mine != theirs:
                raise ResultsError(
                    where=str(scores.path(run)),
                    what=f"its {field} is '{mine}', but '{theirs}' in "
                    f"{scores.path(other_run)}: the two cannot stand in one row",
                    mend=f"make the odd one again: {command_for(scores.path(run))}",
                )


def usual_count(row: Iterable[TableCell]) -> int:
    """Return the number of seeds that most complete cells of a row have."""
    counts = Counter(c.ours.n for c in row if c.ours and c.ours.status == "ok")
    return max(counts, key=lambda n: (counts[n], n)) if counts else 0


def with_text(cell: TableCell, usual: int) -> TableCell:
    """Return the cell with its text, which says seeds where they are not the `usual` number."""
    ours = cell.ours
    if ours is None or ours.text:
        return cell
    failed = sum(run.status == "failed" for run in ours.runs)
    if ours.mean is not None:
        text = written(ours.mean, ours.std)
    elif 0 < failed < len(ours.runs):
        text = f"{failed} of {len(ours.runs)} failed, {len(ours.runs) - failed} not run"
    else:
        text = ours.status
    remark = ", ".join(_remarks(cell, ours, usual, failed)) if ours.mean is not None else ""
    return cell.model_copy(
        update={"ours": ours.model_copy(update={"text": text, "remark": remark})}
    )


def _remarks(cell: TableCell, ours: OurResult, usual: int, failed: int) -> Iterator[str]:
    if ours.status == "incomplete":
        yield f"{ours.n} of {len(ours.runs)} seeds"
    elif ours.n == 1:
        yield "1 seed"
    elif ours.n != usual:
        yield f"{ours.n} seeds"
    if failed:
        yield f"{failed} failed"
    if cell.verdict and cell.verdict.differs:
        yield cell.verdict.differs
    elif cell.unlike and not cell.verdict:
        yield f"other {cell.unlike}"


def common_metric(cells: Iterable[TableCell]) -> str:
    """Return the metric that all cells share, with an arrow for its direction; empty if none."""
    titles = {(cell.metric_title, cell.direction) for cell in cells}
    title, direction = titles.pop() if len(titles) == 1 else ("", "")
    return title and f"{title} {'↓' if direction == 'lower' else '↑'}"


def notes_on(cells: Sequence[Sequence[TableCell]], summary: Sequence[SummaryRow]) -> list[str]:
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
    alone = [not any(cell.ours for cell in column) for column in zip(*cells, strict=True)]
    of_ours = [row.values for row in summary if row.whose == "ours"]
    if any(value is not None for row in of_ours for value in compress(row, alone)):
        notes.append(
            "A column that is not run here has its published scores in our ranks and wins."
        )
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
