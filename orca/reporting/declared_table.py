"""What a table is: rows, columns and the key of its published numbers, filled by one function."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import chain, starmap
from typing import Any

from orca.data.task import TASKS
from orca.declarations import Declarations
from orca.evaluation.score import Run
from orca.experiment import PROTOCOLS, Experiment
from orca.peers.peer import PEERS
from orca.reporting.axis import Axis
from orca.reporting.cell_numbers import (
    check_alike,
    common_metric,
    notes_on,
    our_result,
    usual_count,
    with_text,
)
from orca.reporting.cell_plan import CellPlan, own_rows, plan_cell
from orca.reporting.competition import mark_best, summarise
from orca.reporting.lead import leads_in_short, who_leads
from orca.reporting.published import PublishedNumber, PublishedNumbers, printed_fact
from orca.reporting.quantities import metric_value
from orca.reporting.scores import ScoreFolder
from orca.reporting.table_records import (
    VERDICTS,
    FilledTable,
    Heading,
    PublishedResult,
    TableCell,
)
from orca.reporting.verdicts import judge


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of a paper, or one of our own: where a row and a column meet stands a cell.

    Args:
        paper: key of the published numbers; empty for a table of our own.
        number: of the table in the paper; empty where it is not known.
        rows: usually tasks.
        suite: declared tasks of this suite that `rows` does not name join as rows.
        own_tasks: whether a person's own tasks join as rows.
        published_as: what the published numbers call the table, if not by its number.
        spread_from: number of the paper's table that prints the spreads of this one's numbers.
        ranked: whether the cells of a row compete: the best is marked, ranks and wins counted.
        compared: two methods: it is said by how much the best of each row is ahead of the next, and
            the first of these of the best and of the second, and whether by more than noise. For
            tasks whose predictions are kept.
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
    compared: tuple[str, str] | None = None
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
        place = (self.paper, self.published_as or self.number)
        return [
            [plan_cell(row.meet(column), *place, experiment) for column in self.columns]
            for row in self.all_rows(experiment)
        ]

    def runs(self, experiment: Experiment) -> list[Run]:
        """Return the runs of every cell, each once; undeclared tasks and methods have none."""
        return _runs(self.plan(experiment))

    def fill(
        self, name: str, scores: ScoreFolder, published: PublishedNumbers, experiment: Experiment
    ) -> FilledTable:
        """Return the table with every cell filled, or saying why it is not.

        Raises:
            ResultsError: if scores of different protocols would meet in one row.
        """
        plan = self.plan(experiment)
        if left_out := self._left_out(plan, scores):
            filled = self._without(left_out).fill(name, scores, published, experiment)
            notes = (*filled.notes, *filter(None, left_out.values()))
            return filled.model_copy(update={"notes": notes})
        check_alike(_runs(plan), scores)
        cells = [self._fill_row(row, scores, published) for row in plan]
        rows = [
            Heading(
                name=axis.name,
                title=self._row_title(axis, published),
                metric_title=common_metric(row),
                group=axis.group,
                seeds=usual_count(row),
            )
            for axis, row in zip(self.all_rows(experiment), cells, strict=True)
        ]
        summary = tuple(summarise(cells)) if self.ranked else ()
        notes = (*self._leads(rows, cells, scores), *notes_on(cells, summary))
        columns = self._column_headings(cells)
        return self._filled(name, experiment, columns, rows, cells, summary=summary, notes=notes)

    def _leads(
        self, rows: list[Heading], cells: list[list[TableCell]], scores: ScoreFolder
    ) -> tuple[str, ...]:
        """Return a sentence on all rows, if there are several, and then one or more on each."""
        if not self.compared:
            return ()
        leads = [
            who_leads(head.title, row, scores, pair=self.compared)
            for head, row in zip(rows, cells, strict=True)
        ]
        short = leads_in_short(leads, self.compared)
        return (*filter(None, [short]), *(lead.sentence for lead in leads))

    def _left_out(self, plan: Sequence[Sequence[CellPlan]], scores: ScoreFolder) -> dict[str, str]:
        """Return columns that cannot be filled here, with what is said of each.

        These are peers that have no scores and lack a library, and among a person's own tasks
        those that suit none, of which nothing is said.
        """
        found = {}
        for axis, cells in zip(self.columns, zip(*plan, strict=True), strict=False):
            if axis.method in PEERS:
                peer, runs = PEERS[axis.method], [run for cell in cells for run in cell.runs]
                if self.own_tasks and not runs:
                    found[axis.name] = ""
                elif peer.lacks and not any(scores.path(run).exists() for run in runs):
                    why = f"{peer.lacks} ({peer.mend})"
                    found[axis.name] = f"{axis.heading} is not run here: {why}."
        return found

    def _without(self, left_out: Collection[str]) -> "Table":
        """Return the table without some columns, or with their published numbers alone."""
        kept = [axis for axis in self.columns if axis.name not in left_out or axis.title]
        columns = (replace(axis, method="") if axis.name in left_out else axis for axis in kept)
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
        verdicts = Counter(cell.verdict.verdict for row in cells for cell in row if cell.verdict)
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
            verdicts={verdict: verdicts[verdict] for verdict in VERDICTS if verdicts[verdict]},
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
        pairs = list(zip(row, numbers, strict=True))
        unsaid = (n for plan, n in pairs if n and not plan.axis.quantity)
        printed = next((metric_value(n.metric) for n in unsaid), None)
        cells = []
        for plan, number in pairs:
            quantity = plan.axis.quantity or printed or plan.quantity
            cell = TableCell(
                metric=quantity.name,
                metric_title=quantity.title,
                direction=quantity.direction,
                perfect=quantity.perfect,
                task=plan.axis.task,
                method=plan.axis.method,
                body=plan.body,
                unlike=plan.unlike,
                ours=our_result(plan, quantity, scores) if plan.axis.method else None,
                theirs=self._theirs(plan, number, published),
            )
            same = [n.value for n in numbers if n and number and n.metric == number.metric]
            beside = [value for value in same if "E" not in value.upper()]
            verdict = judge(cell, quantity.incomparable, beside)
            cells.append(cell.model_copy(update={"verdict": verdict}))
        usual = usual_count(cells)
        cells = [with_text(cell, usual) for cell in cells]
        return mark_best(cells) if self.ranked else cells

    def _theirs(
        self, plan: CellPlan, number: PublishedNumber | None, published: PublishedNumbers
    ) -> PublishedResult | None:
        """Return the published number or fact of a cell; None in a table of no paper."""
        if plan.axis.fact:
            return printed_fact(
                published.facts(self.number, plan.axis.name).get(plan.axis.fact, "")
            )
        twin = {**plan.key, "table": self.spread_from} if self.spread_from else None
        return published.result(number, twin, self.unpublished) if self.paper else None

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


def _runs(plan: Sequence[Sequence[CellPlan]]) -> list[Run]:
    return list({run.path: run for row in plan for cell in row for run in cell.runs}.values())


TABLES: Declarations[Table] = Declarations("orca.reporting.tables", "table")
