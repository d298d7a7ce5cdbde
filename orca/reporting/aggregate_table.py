"""Tables of a benchmark's aggregates: wins, averages, and distance from a baseline."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from orca.evaluation.score import Run
from orca.experiment import Experiment
from orca.peers.peer import PEERS
from orca.reporting.cell_numbers import mean_and_spread, with_text
from orca.reporting.competition import mark_best
from orca.reporting.declared_table import TABLES, Table
from orca.reporting.published import PublishedNumbers
from orca.reporting.scores import ScoreFolder
from orca.reporting.table_records import FilledTable, Heading, OurResult, Status, TableCell
from orca.reporting.verdicts import judge

Columns = dict[str, list[TableCell]]  # of a table, by name
ScoresByColumn = Mapping[str, Sequence[float]]  # one for each task; higher is better


def wins(scores: ScoresByColumn, column: str, rivals: Sequence[str]) -> float:
    """Return on how many tasks no rival is better; ties count for each, as in the paper."""
    competing = [values for name, values in scores.items() if name in rivals]
    best = [max(task) for task in zip(*competing, strict=True)]
    return float(sum(mine == top for mine, top in zip(scores[column], best, strict=True)))


def average(scores: ScoresByColumn, column: str, rivals: Sequence[str]) -> float:
    """Return the mean over tasks."""
    del rivals
    return statistics.fmean(scores[column])


def from_xgboost(scores: ScoresByColumn, column: str, rivals: Sequence[str]) -> float:
    """Return the mean over tasks of the difference from XGBoost's score."""
    del rivals
    pairs = zip(scores[column], scores["xgboost"], strict=True)
    return statistics.fmean(mine - other for mine, other in pairs)


@dataclass(frozen=True)
class Aggregate:
    """A row: one number for each column of a table of scores; in both, higher is better.

    Args:
        of: name of the table of scores.
        group: heading over the rows that are about it.
        task: what the published numbers call the whole of its tasks.
        metric: likewise, the row itself.
        compute: from all scores, the column, and the columns that it competes with.
    """

    of: str
    group: str
    task: str
    metric: str
    title: str
    compute: Callable[[ScoresByColumn, str, Sequence[str]], float]


@dataclass(frozen=True, kw_only=True)
class AggregateTable(Table):
    """A table of aggregates over other tables, some of whose columns it has."""

    aggregates: tuple[Aggregate, ...]
    ranked: bool = False
    row_title: str = "over all tasks"

    def runs(self, experiment: Experiment) -> list[Run]:
        """Return the runs of the tables of scores, each once."""
        tables = [TABLES[name] for name in self._tables()]
        return list({run.path: run for t in tables for run in t.runs(experiment)}.values())

    def _tables(self) -> list[str]:
        return list(dict.fromkeys(aggregate.of for aggregate in self.aggregates))

    def fill(
        self, name: str, scores: ScoreFolder, published: PublishedNumbers, experiment: Experiment
    ) -> FilledTable:
        """Return the table; an aggregate of ours needs a score on every task."""
        filled = {of: TABLES[of].fill(of, scores, published, experiment) for of in self._tables()}
        titles = {head.name: head.title for table in filled.values() for head in table.columns}
        of_columns = {of: _columns(table) for of, table in filled.items()}
        names = [axis.name for axis in self.columns]
        cells = [
            mark_best([self._cell(row, name, of_columns[row.of], published) for name in names])
            for row in self.aggregates
        ]
        rows = [
            Heading(name=f"{row.of}_{row.metric}", title=f"{row.title} ↑", group=row.group)
            for row in self.aggregates
        ]
        columns = [Heading(name=name, title=titles[name]) for name in names]
        return self._filled(name, experiment, columns, rows, cells)

    def _cell(
        self, row: Aggregate, column: str, columns: Columns, published: PublishedNumbers
    ) -> TableCell:
        key = {"paper": self.paper, "table": self.number, "task": row.task, "method": column}
        number = published.find({**key, "metric": row.metric})
        first = columns[column][0] if column in columns else TableCell()
        ours = None
        if first.ours is not None and first.method not in PEERS:
            ours = _ours(row, columns, column, [axis.name for axis in self.columns])
        cell = TableCell(
            metric=row.metric,
            metric_title=row.title,
            direction="higher",
            method=first.method,
            body=first.body,
            ours=ours,
            theirs=published.result(number, None, self.unpublished),
        )
        cell = with_text(cell, ours.n if ours else 0)
        return cell.model_copy(update={"verdict": judge(cell)})


def _columns(table: FilledTable) -> Columns:
    names = (head.name for head in table.columns)
    return dict(zip(names, map(list, zip(*table.cells, strict=True)), strict=True))


def _ours(row: Aggregate, columns: Columns, column: str, rivals: Sequence[str]) -> OurResult:
    """Return the aggregate by seed, over the tasks; baselines count with published scores."""
    results = [cell.ours for cell in columns[column]]
    done = [result for result in results if result and result.status == "ok"]
    if len(done) < len(results):
        absent = all(result and result.absent for result in results)
        status: Status = "not declared" if absent else "not run"
        text = f"{len(done)} of {len(results)} tasks" if done else status
        return OurResult(status=status, text=text)
    values = []
    for seed in range(min(result.n for result in done)):
        scores = {name: [_score(cell, seed) for cell in cells] for name, cells in columns.items()}
        complete = {
            name: [score for score in found if score is not None]
            for name, found in scores.items()
            if None not in found
        }
        values.append(row.compute(complete, column, rivals))
    runs = tuple(run for result in done for run in result.runs)
    return OurResult(status="ok", text="", runs=runs, **mean_and_spread(values))


def _score(cell: TableCell, seed: int) -> float | None:
    """Return a cell's score, or None if there is none.

    Ours is that of one seed (the last one that the task has, where it has fewer); a baseline's is
    the published one, also where we run it too.
    """
    if cell.ours is None or cell.method in PEERS:
        return cell.theirs.value if cell.theirs else None
    kept = [run.value for run in cell.ours.runs if run.value is not None]
    return kept[min(seed, len(kept) - 1)] if kept else None
