"""Brings score files and published numbers together into the cells of a table."""

import statistics
from collections import Counter
from collections.abc import Iterable

from orca.errors import ResultsError
from orca.evaluation.score import Run, Score
from orca.reporting.cells import (
    Cell,
    Head,
    Ours,
    RunOfCell,
    Status,
    SummaryRow,
    TableData,
    Theirs,
    counted,
)
from orca.reporting.numbers import alone, with_spread
from orca.reporting.published import Number
from orca.reporting.quantities import Quantity, Reported
from orca.reporting.sources import Sources
from orca.reporting.summary import mark_best, summarise
from orca.reporting.table import Choices, PlannedCell, ScoreTable
from orca.reporting.verdicts import judge

PROTOCOL = ("task_digest", "selection", "hyperparameters", "metric")


def collate(name: str, table: ScoreTable, sources: Sources, choices: Choices) -> TableData:
    """Return the table with every cell filled, or saying why it is not.

    Raises:
        ResultsError: if scores of different protocols would meet in one row.
    """
    plan = table.plan(choices)
    _check_protocols(plan, sources)
    cells = [_fill_row(row, table, sources) for row in plan]
    usual = [_usual_count(row) for row in cells]
    cells = [[with_text(c, n) for c in row] for row, n in zip(cells, usual, strict=True)]
    if table.ranked:
        cells = [mark_best(mark_best(row, "theirs"), "ours") for row in cells]
    columns = tuple(
        _column_head(cells, i, e.name, e.heading) for i, e in enumerate(table.all_columns())
    )
    summary = []
    if table.ranked:
        has_ours = any(cell.ours and cell.ours.n for row in cells for cell in row)
        summary = summarise(cells, columns, "theirs") + (
            summarise(cells, columns, "ours") if has_ours else []
        )
    return TableData(
        name=name,
        title=table.title,
        paper=table.paper,
        number=table.number,
        caption=table.caption,
        row_title=table.row_title,
        columns=columns,
        rows=tuple(
            Head(
                name=entry.name,
                title=entry.heading,
                metric_title=_common_metric(row),
                group=entry.group,
                seeds=seeds,
            )
            for entry, row, seeds in zip(table.all_rows(choices), cells, usual, strict=True)
        ),
        cells=tuple(tuple(row) for row in cells),
        summary=tuple(summary),
        notes=tuple(_notes(cells, summary)),
        verdicts=counted(cells),
    )


def _fill_row(row: list[PlannedCell], table: ScoreTable, sources: Sources) -> list[Cell]:
    """Return a row's cells: our runs, the published number, and the verdict on the two.

    The metric is the one that the row or column names, else the one published for the row,
    else the task's own.
    """
    numbers = [sources.published.find(p.key) if table.paper else None for p in row]
    published = next((Reported(n.metric, n.direction) for n in numbers if n), None)
    return [
        fill_cell(
            planned,
            planned.entry.quantity or published or planned.quantity,
            sources,
            number,
            _theirs(planned, number, table, sources) if table.paper else None,
        )
        for planned, number in zip(row, numbers, strict=True)
    ]


def fill_cell(
    planned: PlannedCell,
    quantity: Quantity | None,
    sources: Sources,
    number: Number | None = None,
    theirs: Theirs | None = None,
) -> Cell:
    """Return one cell.

    Args:
        planned: its runs.
        quantity: what is reported of them.
        sources: where the scores are.
        number: the published number.
        theirs: what is shown of it.
    """
    ours = _ours(planned, quantity, sources) if planned.entry.method else None
    cell = Cell(
        metric=quantity.name if quantity else "",
        metric_title=quantity.title if quantity else "",
        direction=quantity.direction if quantity else "lower",
        perfect=quantity.perfect if quantity else 0.0,
        task=planned.entry.task,
        method=planned.entry.method,
        body=planned.body,
        ours=ours,
        theirs=theirs,
    )
    if number is None or quantity is None or ours is None or theirs is None:
        return cell
    verdict = judge(cell, ours, number, theirs.std, quantity.elsewhere)
    return cell.model_copy(update={"verdict": verdict})


def _theirs(
    planned: PlannedCell, number: Number | None, table: ScoreTable, sources: Sources
) -> Theirs:
    if number is None:
        return Theirs(text=table.unpublished)
    spread = number.spread
    if spread is None and table.spread_from:
        twin = sources.published.find({**planned.key, "table": table.spread_from})
        spread = twin.spread if twin else None
    return Theirs(
        value=number.number,
        std=spread,
        text=number.text,
        body=number.body,
        source=number.source or f"Table {number.table}",
        note=number.note,
    )


def _ours(planned: PlannedCell, quantity: Quantity | None, sources: Sources) -> Ours:
    if planned.absent:
        return Ours(status="not declared", text="not declared", absent=planned.absent)
    runs = tuple(_run(run, quantity, sources) for run in planned.runs)
    values = [run.value for run in runs if run.value is not None]
    failed = sum(run.status == "failed" for run in runs)
    done = sum(run.status == "ok" for run in runs)
    status: Status = "incomplete"
    if done and not values:
        status = "not recorded"
    elif runs and len(values) == len(runs):
        status = "ok"
    elif runs and failed == len(runs):
        status = "failed"
    elif not values and not failed:
        status = "not run"
    return Ours(
        status=status,
        mean=statistics.fmean(values) if values else None,
        std=statistics.stdev(values) if len(values) > 1 else None,
        n=len(values),
        text="",
        runs=runs,
    )


def _run(run: Run, quantity: Quantity | None, sources: Sources) -> RunOfCell:
    score = sources.score(run)
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


def _check_protocols(plan: list[list[PlannedCell]], sources: Sources) -> None:
    """Refuse scores of one task and body that differ in more than method and seed."""
    first: dict[tuple[str, str], tuple[Run, Score]] = {}
    for run in {run.path: run for row in plan for cell in row for run in cell.runs}.values():
        score = sources.score(run)
        if score is None:
            continue
        other_run, other = first.setdefault((run.task, run.body), (run, score))
        for field in PROTOCOL:
            mine, theirs = getattr(score, field), getattr(other, field)
            if mine != theirs:
                raise ResultsError(
                    where=str(sources.path(run)),
                    what=f"its {field} is '{mine}', but '{theirs}' in "
                    f"{sources.path(other_run)}: the two cannot stand in one row",
                    mend=f"make the odd one again: snakemake --force {sources.path(run)}",
                )


def _usual_count(row: list[Cell]) -> int:
    """Return the number of seeds that most complete cells of a row have."""
    counts = Counter(c.ours.n for c in row if c.ours and c.ours.status == "ok")
    return max(counts, key=lambda n: (counts[n], n)) if counts else 0


def with_text(cell: Cell, usual: int) -> Cell:
    """Return the cell with its text; seeds are said where they are not the `usual` number."""
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
    told = ours.model_copy(update={"text": text, "remark": ", ".join(remarks)})
    return cell.model_copy(update={"ours": told})


def _common_metric(cells: list[Cell]) -> str:
    """Return the metric that all cells with one share, with an arrow for its direction."""
    titles = {(c.metric_title, c.direction) for c in cells if c.metric_title}
    if len(titles) != 1:
        return ""
    title, direction = titles.pop()
    return f"{title} {'↓' if direction == 'lower' else '↑'}"


def _column_head(cells: list[list[Cell]], index: int, name: str, title: str) -> Head:
    uniform = any(_common_metric(row) for row in cells)
    metric = "" if uniform else _common_metric([row[index] for row in cells])
    return Head(name=name, title=title, metric_title=metric)


def _notes(cells: list[list[Cell]], summary: list[SummaryRow]) -> list[str]:
    """Return what a reader must know of the cells: spreads, failures, absences, remarks."""
    ours = [cell.ours for row in cells for cell in row if cell.ours]
    theirs = [cell.theirs for row in cells for cell in row if cell.theirs]
    notes = []
    if any(part.std is not None for part in ours):
        notes.append("Mean ± sample standard deviation over seeds.")
    if any(part.n == 1 for part in ours):
        notes.append("Where there is one seed only, there is no spread to give.")
    if summary:
        notes.append("A win is a score that none on the task beats; ties count for each.")
    failed = [run for part in ours for run in part.runs if run.status == "failed"]
    notes.extend(dict.fromkeys(f"Failed: {run.path}: {run.reason}" for run in failed))
    absent = dict.fromkeys(part.absent for part in ours if part.absent)
    if absent:
        notes.append(f"No runs, since {'; '.join(absent)}.")
    notes.extend(remarks_on_verdicts(cells))
    remarks = dict.fromkeys(part.note for part in theirs if part.note)
    notes.extend(f"Published: {remark}" for remark in remarks)
    return notes


def remarks_on_verdicts(cells: Iterable[Iterable[Cell]]) -> list[str]:
    """Return why cells are not comparable, each reason once."""
    verdicts = [cell.verdict for row in cells for cell in row if cell.verdict]
    reasons = dict.fromkeys(v.reason for v in verdicts if v.verdict == "not comparable")
    return [f"Not comparable: {reason}." for reason in reasons]
