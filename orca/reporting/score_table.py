"""A table of scores, hours or recorded numbers: where a row and a column meet stands a cell."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from orca.data.task import TASKS, Task
from orca.data.user_task import task_of
from orca.evaluation.score import Run
from orca.experiment import Experiment
from orca.methods.method import METHODS
from orca.reporting.axis import Axis, CellPlan
from orca.reporting.cells import Heading, SummaryRow, TableCell, TableData, counted
from orca.reporting.collate import (
    check_protocols,
    common_metric,
    fill_cell,
    notes_on,
    published_result,
    usual_count,
    with_text,
)
from orca.reporting.quantities import metric_value
from orca.reporting.summary import mark_best, summarise
from orca.reporting.table import Table
from orca.reporting.table_inputs import TableInputs


@dataclass(frozen=True, kw_only=True)
class ScoreTable(Table):
    """A table of scores, hours or recorded numbers.

    Args:
        rows: usually tasks.
        suite: declared tasks of this suite that `rows` does not name join as rows.
        columns: usually methods.
        published_as: what the published numbers call the table, if not by its number.
        spread_from: number of the paper's table that prints the spreads of this one's numbers.
        ranked: whether the cells of a row compete: the best is marked, ranks and wins counted.
        unpublished: what stands where no number was published.
        row_title: what the rows are.
    """

    rows: tuple[Axis, ...] = ()
    suite: str = ""
    columns: tuple[Axis, ...]
    published_as: str = ""
    spread_from: str = ""
    ranked: bool = True
    unpublished: str = "–"
    row_title: str = "task"

    def all_rows(self, experiment: Experiment) -> tuple[Axis, ...]:
        """Return the rows named here, then the tasks that join by their suite."""
        if not self.suite:
            return self.rows
        named = {row.task for row in self.rows}
        own = {name: own_task(name, entry) for name, entry in experiment.tasks.items()}
        joining = [
            Axis(name=name, task=name, title=task.title)
            for name, task in {**TASKS, **own}.items()
            if task.suite == self.suite and not task.baseline and name not in named
        ]
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
        task = TASKS.get(axis.task)
        if axis.task in experiment.tasks:
            task = own_task(axis.task, experiment.tasks[axis.task])
        quantity = axis.quantity or (metric_value(task.metric) if task else None)
        body, absent = _body(axis, task, experiment) if axis.method else ("", "")
        seeds = experiment.seeds_of(axis.task, body) if body else ()
        runs = tuple(
            Run(task=axis.task, body=body, method=axis.method, seed=seed) for seed in seeds
        )
        return CellPlan(axis, body, runs, absent, quantity, {**key, **axis.published})

    def runs(self, experiment: Experiment) -> list[Run]:
        """Return the runs of every cell, each once; undeclared tasks and methods have none."""
        plan = self.plan(experiment)
        return list({run.path: run for row in plan for cell in row for run in cell.runs}.values())

    def fill(self, name: str, inputs: TableInputs, experiment: Experiment) -> TableData:
        """Return the table with every cell filled, or saying why it is not.

        Raises:
            ResultsError: if scores of different protocols would meet in one row.
        """
        plan = self.plan(experiment)
        check_protocols(plan, inputs)
        cells = [self._fill_row(row, inputs) for row in plan]
        usual = [usual_count(row) for row in cells]
        cells = [[with_text(c, n) for c in row] for row, n in zip(cells, usual, strict=True)]
        if self.ranked:
            cells = [mark_best(mark_best(row, "theirs"), "ours") for row in cells]
        columns = self._column_headings(cells)
        rows = [
            Heading(
                name=axis.name,
                title=axis.heading,
                metric_title=common_metric(row),
                group=axis.group,
                seeds=seeds,
            )
            for axis, row, seeds in zip(self.all_rows(experiment), cells, usual, strict=True)
        ]
        summary = self._summary(cells, columns)
        return self.filled(
            name,
            row_title=self.row_title,
            columns=columns,
            rows=tuple(rows),
            cells=tuple(tuple(row) for row in cells),
            summary=tuple(summary),
            notes=tuple(notes_on(cells, summary)),
            verdicts=counted(cells),
        )

    def _fill_row(self, row: list[CellPlan], inputs: TableInputs) -> list[TableCell]:
        """Return a row's cells: our runs, the published number, and the verdict on the two.

        The metric is the one that the row or column names, else the one published for the row,
        else the task's own.
        """
        if not self.paper:
            return [fill_cell(plan, plan.quantity, inputs) for plan in row]
        numbers = [inputs.published.find(plan.key) for plan in row]
        printed = next((metric_value(n.metric, n.direction) for n in numbers if n), None)
        cells = []
        for plan, number in zip(row, numbers, strict=True):
            spread = number.spread if number else None
            if number and spread is None and self.spread_from:
                twin = inputs.published.find({**plan.key, "table": self.spread_from})
                spread = twin.spread if twin else None
            theirs = published_result(number, spread, unpublished=self.unpublished)
            quantity = plan.axis.quantity or printed or plan.quantity
            cells.append(fill_cell(plan, quantity, inputs, number, theirs))
        return cells

    def _column_headings(self, cells: Sequence[Sequence[TableCell]]) -> tuple[Heading, ...]:
        """Return the columns' headings, with their metrics where no row has one of its own."""
        by_row = any(common_metric(row) for row in cells)
        return tuple(
            Heading(
                name=axis.name,
                title=axis.heading,
                metric_title="" if by_row else common_metric([row[place] for row in cells]),
            )
            for place, axis in enumerate(self.columns)
        )

    def _summary(
        self, cells: list[list[TableCell]], columns: tuple[Heading, ...]
    ) -> list[SummaryRow]:
        """Return ranks and wins by the published numbers, and by ours if there are any."""
        if not self.ranked:
            return []
        summary = summarise(cells, columns, "theirs")
        if any(cell.ours and cell.ours.n for row in cells for cell in row):
            summary += summarise(cells, columns, "ours")
        return summary


def own_task(name: str, entry: Any) -> Task:
    """Return one of the user's own tasks, from its entry in the configuration."""
    return task_of(name, entry, where="config, tasks")


def _body(axis: Axis, task: Task | None, experiment: Experiment) -> tuple[str, str]:
    """Return the body of the runs, or why there can be none."""
    if task is None:
        return "", f"task '{axis.task}' is not declared"
    if axis.method not in METHODS:
        return "", f"method '{axis.method}' is not declared"
    body = axis.body or experiment.bodies.get(task.kind, "")
    return body, "" if body else f"no body is chosen for tasks of kind '{task.kind}'"
