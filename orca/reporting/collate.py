"""Brings score files and published numbers together in the cells of a table."""

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence

from orca.errors import ResultsError
from orca.evaluation.score import Run, Score
from orca.reporting.axis import CellPlan
from orca.reporting.cells import (
    OurResult,
    PublishedResult,
    RunOfCell,
    Status,
    SummaryRow,
    TableCell,
)
from orca.reporting.numbers import alone, with_spread
from orca.reporting.published import PublishedNumber
from orca.reporting.quantities import Quantity
from orca.reporting.table_inputs import TableInputs
from orca.reporting.verdicts import judge

PROTOCOL = ("task_digest", "selection", "hyperparameters", "metric")


def fill_cell(
    plan: CellPlan,
    quantity: Quantity | None,
    inputs: TableInputs,
    number: PublishedNumber | None = None,
    theirs: PublishedResult | None = None,
) -> TableCell:
    """Return one cell: our runs, the published number, and the verdict on the two.

    Args:
        plan: its runs.
        quantity: what is reported of them.
        inputs: where the scores are.
        number: the published number.
        theirs: what is shown of it.
    """
    ours = _ours(plan, quantity, inputs) if plan.axis.method else None
    cell = TableCell(
        metric=quantity.name if quantity else "",
        metric_title=quantity.title if quantity else "",
        direction=quantity.direction if quantity else "lower",
        perfect=quantity.perfect if quantity else 0.0,
        task=plan.axis.task,
        method=plan.axis.method,
        body=plan.body,
        ours=ours,
        theirs=theirs,
    )
    if number is None or quantity is None or ours is None or theirs is None:
        return cell
    verdict = judge(cell, ours, number, theirs.std, quantity.elsewhere)
    return cell.model_copy(update={"verdict": verdict})


def published_result(
    number: PublishedNumber | None, spread: float | None = None, *, unpublished: str = "–"
) -> PublishedResult:
    """Return what a cell shows of a published number, or that there is none."""
    if number is None:
        return PublishedResult(text=unpublished)
    return PublishedResult(
        value=number.number,
        std=spread,
        text=number.text,
        body=number.body,
        source=number.source or f"Table {number.table}",
        note=number.note,
    )


def mean_and_spread(values: Sequence[float]) -> dict[str, float | int | None]:
    """Return mean, sample standard deviation and count, under the names of `OurResult`."""
    return {
        "mean": statistics.fmean(values) if values else None,
        "std": statistics.stdev(values) if len(values) > 1 else None,
        "n": len(values),
    }


def _ours(plan: CellPlan, quantity: Quantity | None, inputs: TableInputs) -> OurResult:
    if plan.absent:
        return OurResult(status="not declared", text="not declared", absent=plan.absent)
    runs = tuple(_run(run, quantity, inputs) for run in plan.runs)
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
    return OurResult.model_validate(
        {"status": status, "text": "", "runs": runs, **mean_and_spread(values)}
    )


def _run(run: Run, quantity: Quantity | None, inputs: TableInputs) -> RunOfCell:
    score = inputs.score(run)
    if score is None:
        return RunOfCell(path=run.path, seed=run.seed, status="not run")
    return RunOfCell(
        path=run.path,
        seed=run.seed,
        status=score.status,
        value=quantity.of(score) if quantity and score.status == "ok" else None,
        reason=score.reason,
        selection=score.selection,
        hyperparameters=score.hyperparameters,
        samples=score.samples,
        seconds=score.seconds,
        record=score.record,
    )


def check_protocols(plan: Iterable[Iterable[CellPlan]], inputs: TableInputs) -> None:
    """Refuse scores of one task and body that differ in more than method and seed.

    Raises:
        ResultsError: naming the first two that do.
    """
    first: dict[tuple[str, str], tuple[Run, Score]] = {}
    for run in {run.path: run for row in plan for cell in row for run in cell.runs}.values():
        score = inputs.score(run)
        if score is None:
            continue
        other_run, other = first.setdefault((run.task, run.body), (run, score))
        for field in PROTOCOL:
            mine, theirs = getattr(score, field), getattr(other, field)
            if mine != theirs:
                raise ResultsError(
                    where=str(inputs.path(run)),
                    what=f"its {field} is '{mine}', but '{theirs}' in "
                    f"{inputs.path(other_run)}: the two cannot stand in one row",
                    mend=f"make the odd one again: snakemake --force {inputs.path(run)}",
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
    remarks = []
    if ours.mean is None:
        text: str = ours.status
        if 0 < failed < len(ours.runs):
            text = f"{failed} of {len(ours.runs)} failed, {len(ours.runs) - failed} not run"
    else:
        text = alone(ours.mean) if ours.std is None else with_spread(ours.mean, ours.std)
        if ours.status == "incomplete":
            remarks.append(f"{ours.n} of {len(ours.runs)} seeds")
        elif ours.n == 1:
            remarks.append("1 seed")
        elif ours.n != usual:
            remarks.append(f"{ours.n} seeds")
        if failed:
            remarks.append(f"{failed} failed")
    written = ours.model_copy(update={"text": text, "remark": ", ".join(remarks)})
    return cell.model_copy(update={"ours": written})


def common_metric(cells: Iterable[TableCell]) -> str:
    """Return the metric that all cells with one share, with an arrow for its direction."""
    titles = {(c.metric_title, c.direction) for c in cells if c.metric_title}
    if len(titles) != 1:
        return ""
    title, direction = titles.pop()
    return f"{title} {'↓' if direction == 'lower' else '↑'}"


def notes_on(cells: Iterable[Iterable[TableCell]], summary: Sequence[SummaryRow] = ()) -> list[str]:
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
