"""What a table is: rows, columns and the key of its published numbers, filled by one function."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, starmap
from typing import Any

from orca.data.task import TASKS, Task
from orca.data.user_task import task_of
from orca.declarations import Declarations
from orca.evaluation.score import Run
from orca.experiment import PROTOCOLS, Experiment
from orca.methods.method import METHODS
from orca.peers.peer import NO_BODY, PEERS
from orca.reporting.axis import Axis, CellPlan
from orca.reporting.comparison import who_leads
from orca.reporting.filled_table import FilledTable, Heading, SummaryRow, TableCell
from orca.reporting.our_results import check_alike, our_result, with_text
from orca.reporting.own_rows import own_rows
from orca.reporting.peer_columns import idle_peers, lacking_peers
from orca.reporting.published import PublishedNumbers, printed_fact
from orca.reporting.quantities import metric_value
from orca.reporting.scores import ScoreFolder
from orca.reporting.summary import (
    common_metric,
    count_verdicts,
    mark_best,
    notes_on,
    summarise,
    usual_count,
)
from orca.reporting.verdicts import judge, unlike_published


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of a paper, or one of our own: where a row and a column meet stands a cell.

    Args:
        title: what it is about.
        paper: key of the published numbers; empty for a table of our own.
        number: of the table in the paper; empty where it is not known.
        caption: what is said under it.
        rows: usually tasks.
        suite: declared tasks of this suite that `rows` does not name join as rows.
        own_tasks: whether a person's own tasks join as rows.
        columns: usually methods.
        published_as: what the published numbers call the table, if not by its number.
        spread_from: number of the paper's table that prints the spreads of this one's numbers.
        ranked: whether the cells of a row compete: the best is marked, ranks and wins counted.
        compared: a method that is set beside the best of each row: it is said by how much the best
            is ahead of the next and of this one, and whether by more than noise; empty for none.
            For tasks whose predictions are kept.
        has_rule: whether the workflow has a rule of its name.
        textual: whether there are words in it, not only numbers.
        unpublished: what stands where no number was published.
        row_title: what the rows are.
    """

    title: str
    paper: str = ""
    number: str = ""
    caption: str = ""
    rows: tuple[Axis, ...] = ()
    suite: str = ""
    own_tasks: bool = False
    columns: tuple[Axis, ...]
    published_as: str = ""
    spread_from: str = ""
    ranked: bool = True
    compared: str = ""
    has_rule: bool = False
    textual: bool = False
    unpublished: str = "–"
    row_title: str = "task"

    def all_rows(self, experiment: Experiment) -> tuple[Axis, ...]:
        """Return the rows named here, then the tasks that join: by suite, or a person's own."""
        named = {row.task for row in self.rows}
        joining = [
            Axis(name=name, task=name, title=task.title)
            for name, task in (TASKS.items() if self.suite else ())
            if task.suite == self.suite and not task.variant_of and name not in named
        ]
        if self.own_tasks:
            joining += chain.from_iterable(starmap(own_rows, experiment.tasks.items()))
        return self.rows + tuple(joining)

    def plan(self, experiment: Experiment) -> list[list[CellPlan]]:
        """Return what each cell is made from, row by row."""
        return [
            [self._plan_cell(row.meet(column), experiment) for column in self.columns]
            for row in self.all_rows(experiment)
        ]

    def _plan_cell(self, axis: Axis, experiment: Experiment) -> CellPlan:
        key = {"paper": self.paper, "table": self.published_as or self.number, "task": axis.task}
        key["method"] = axis.method
        if axis.quantity is not None:
            key["metric"] = axis.quantity.name
        name, method = axis.task, axis.method
        if experiment.protocol == "published":
            name, method = TASKS.as_published(name), METHODS.as_published(method)
        task = TASKS.get(name)
        if name in experiment.tasks:
            task = _own_task(name, experiment.tasks[name])
        if method in PEERS and not (axis.peers and task and PEERS[method].suits(task)):
            axis, method = replace(axis, method=""), ""
        metric = metric_value(task.metric) if task and not axis.fact else None
        if name != axis.task and task and task.metric != TASKS[axis.task].metric:
            axis = replace(axis, quantity=axis.quantity or metric)  # goes before the printed one
        body, absent = _body(axis, task, experiment) if method else ("", "")
        splits = axis.splits if name == axis.task else ()
        beside = axis.body or (experiment.bodies.get(task.kind, "") if task else "")
        seeds = experiment.seeds_of(name, beside)  # a peer has those of the body beside it
        runs = _runs((name, *splits), body, method, seeds) if body else ()
        return CellPlan(
            axis=axis,
            body=body,
            runs=runs,
            absent=absent,
            withheld=""
            if not task or task.public
            else f"the data of {task.title} were never published",
            quantity=axis.quantity or metric,
            key={**key, **axis.published},
            unlike=unlike_published(name, method) if method and self.paper else "",
        )

    def runs(self, experiment: Experiment) -> list[Run]:
        """Return the runs of every cell, each once; undeclared tasks and methods have none."""
        plan = self.plan(experiment)
        return list({run.path: run for row in plan for cell in row for run in cell.runs}.values())

    def fill(
        self, name: str, scores: ScoreFolder, published: PublishedNumbers, experiment: Experiment
    ) -> FilledTable:
        """Return the table with every cell filled, or saying why it is not.

        Raises:
            ResultsError: if scores of different protocols would meet in one row.
        """
        plan = self.plan(experiment)
        if self.own_tasks and (idle := idle_peers(self.columns, plan)):
            return self._without(idle).fill(name, scores, published, experiment)
        if lacking := lacking_peers(self.columns, plan, scores):
            filled = self._without(lacking).fill(name, scores, published, experiment)
            missing = (f"{title} is not run here: {why}." for title, why in lacking.values())
            return filled.model_copy(update={"notes": (*filled.notes, *missing)})
        check_alike(plan, scores)
        cells = [self._fill_row(row, scores, published) for row in plan]
        usual = [usual_count(row) for row in cells]
        cells = [[with_text(c, n) for c in row] for row, n in zip(cells, usual, strict=True)]
        if self.ranked:
            cells = [mark_best(mark_best(row, "theirs"), "ours") for row in cells]
        columns = self._column_headings(cells)
        axes = self.all_rows(experiment)
        titles = [self._row_title(axis, published) for axis in axes]
        rows = [
            Heading(
                name=axis.name,
                title=title,
                metric_title=common_metric(row),
                group=axis.group,
                seeds=seeds,
            )
            for axis, title, row, seeds in zip(axes, titles, cells, usual, strict=True)
        ]
        summary = self._summary(cells, columns)
        compared = zip(titles, cells, strict=True) if self.compared else ()
        led = [who_leads(title, row, scores, also=self.compared) for title, row in compared]
        notes = [*led, *notes_on(cells, summary)]
        return self._filled(name, experiment, columns, rows, cells, summary=summary, notes=notes)

    def _without(self, lacking: Collection[str]) -> "Table":
        """Return the table without some columns, or with their published numbers alone."""
        kept = [axis for axis in self.columns if axis.name not in lacking or axis.title]
        columns = (replace(axis, method="") if axis.name in lacking else axis for axis in kept)
        return replace(self, columns=tuple(columns))

    def _filled(
        self,
        name: str,
        experiment: Experiment,
        columns: Sequence[Heading],
        rows: Sequence[Heading],
        cells: Sequence[Sequence[TableCell]],
        **content: Any,
    ) -> FilledTable:
        return FilledTable(
            name=name,
            title=self.title,
            paper=self.paper,
            number=self.number,
            caption=f"{self.caption} {PROTOCOLS[experiment.protocol]}".strip(),
            row_title=self.row_title,
            textual=self.textual,
            columns=tuple(columns),
            rows=tuple(rows),
            cells=tuple(map(tuple, cells)),
            verdicts=count_verdicts(cells),
            **content,
        )

    def _fill_row(
        self, row: list[CellPlan], scores: ScoreFolder, published: PublishedNumbers
    ) -> list[TableCell]:
        """Return a row's cells: our runs, the published number, and the verdict on the two.

        The metric is the one that the row or column names, else the one published for the row,
        else the task's own.
        """
        numbers = [published.find(plan.key) if self.paper else None for plan in row]
        printed = next((metric_value(n.metric, n.direction) for n in numbers if n), None)
        cells = []
        for plan, number in zip(row, numbers, strict=True):
            quantity = plan.axis.quantity or printed or plan.quantity
            theirs = None
            if plan.axis.fact:
                facts = published.facts(self.number, plan.axis.name)
                theirs = printed_fact(facts.get(plan.axis.fact, ""))
            elif self.paper:
                twin = {**plan.key, "table": self.spread_from} if self.spread_from else None
                theirs = published.result(number, twin, unpublished=self.unpublished)
            cell = TableCell(
                metric=quantity.name if quantity else "",
                metric_title=quantity.title if quantity else "",
                direction=quantity.direction if quantity else "lower",
                perfect=quantity.perfect if quantity else 0.0,
                task=plan.axis.task,
                method=plan.axis.method,
                body=plan.body,
                unlike=plan.unlike,
                ours=our_result(plan, quantity, scores) if plan.axis.method else None,
                theirs=theirs,
            )
            same = [n.value for n in numbers if n and number and n.metric == number.metric]
            beside = [value for value in same if "E" not in value.upper()]
            verdict = judge(cell, quantity.elsewhere if quantity else "", beside)
            cells.append(cell.model_copy(update={"verdict": verdict}))
        return cells

    def _row_title(self, axis: Axis, published: PublishedNumbers) -> str:
        """Return a row's title; facts stand under the names that the paper prints."""
        if not any(column.fact for column in self.columns):
            return axis.heading
        return published.facts(self.number, axis.name).get("name", axis.heading)

    def _column_headings(self, cells: Sequence[Sequence[TableCell]]) -> list[Heading]:
        """Return the columns' headings, with their metrics where no row has one of its own."""
        by_row = any(common_metric(row) for row in cells)
        return [
            Heading(
                name=axis.name,
                title=axis.heading,
                metric_title="" if by_row else common_metric([row[place] for row in cells]),
            )
            for place, axis in enumerate(self.columns)
        ]

    def _summary(
        self, cells: list[list[TableCell]], columns: Sequence[Heading]
    ) -> list[SummaryRow]:
        """Return ranks and wins by the published numbers, and by ours if there are any."""
        if not self.ranked:
            return []
        summary = summarise(cells, len(columns), "theirs")
        if any(cell.ours and cell.ours.n for row in cells for cell in row):
            summary += summarise(cells, len(columns), "ours")
        return summary


def _own_task(name: str, entry: Any) -> Task:
    return task_of(name, entry, where="config, tasks")


def _runs(tasks: Sequence[str], body: str, method: str, seeds: Iterable[int]) -> tuple[Run, ...]:
    """Return a run for each seed, or for each split where there are several."""
    each = tuple(seeds) if len(tasks) == 1 else (0,)
    return tuple(
        Run(task=task, body=body, method=method, seed=seed) for task in tasks for seed in each
    )


def _body(axis: Axis, task: Task | None, experiment: Experiment) -> tuple[str, str]:
    """Return the body of the runs, or why there can be none."""
    if task is None:
        return "", f"task '{axis.task}' is not declared"
    if axis.method in PEERS and not PEERS[axis.method].on_body:
        return NO_BODY, ""
    if axis.method not in METHODS and axis.method not in PEERS:
        return "", f"method '{axis.method}' is not declared"
    body = axis.body or experiment.bodies.get(task.kind, "")
    return body, "" if body else f"no body is chosen for tasks of kind '{task.kind}'"


TABLES: Declarations[Table] = Declarations("orca.reporting.tables", "table")
