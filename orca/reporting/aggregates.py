"""Tables of a benchmark's aggregates: wins, averages, and distance from a baseline."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from orca.evaluation.score import Run
from orca.experiment import Experiment
from orca.reporting.cells import Heading, OurResult, TableCell, TableData, counted
from orca.reporting.collate import mean_and_spread, published_result, with_text
from orca.reporting.score_table import ScoreTable
from orca.reporting.summary import mark_best
from orca.reporting.table import TABLES, Table
from orca.reporting.table_inputs import TableInputs
from orca.reporting.verdicts import judge

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
    """One number for a column of a table of scores; higher is better.

    Args:
        metric: its name in the published numbers.
        title: as it stands in the table.
        compute: from all scores, the column, and the columns that it competes with.
    """

    metric: str
    title: str
    compute: Callable[[ScoresByColumn, str, Sequence[str]], float]


@dataclass(frozen=True)
class AggregateGroup:
    """The aggregates of one table of scores, in which higher is better.

    Args:
        of: name of that table.
        title: over its rows.
        task: what the published numbers call the whole of its tasks.
        aggregates: its rows.
    """

    of: str
    title: str
    task: str
    aggregates: tuple[Aggregate, ...]


@dataclass(frozen=True, kw_only=True)
class AggregateTable(Table):
    """A table of aggregates over other tables.

    Args:
        groups: of rows.
        columns: names of columns of the tables of scores.
    """

    groups: tuple[AggregateGroup, ...]
    columns: tuple[str, ...]

    def runs(self, experiment: Experiment) -> list[Run]:
        """Return the runs of the tables of scores, each once."""
        tables = [_score_table(group.of) for group in self.groups]
        found = {run.path: run for table in tables for run in table.runs(experiment)}
        return list(found.values())

    def fill(self, name: str, inputs: TableInputs, experiment: Experiment) -> TableData:
        """Return the table; an aggregate of ours needs a score on every task."""
        titles: dict[str, str] = {}
        rows, cells = [], []
        for group in self.groups:
            data = _score_table(group.of).fill(group.of, inputs, experiment)
            titles |= {head.name: head.title for head in data.columns}
            for aggregate in group.aggregates:
                key = {"task": group.task, "metric": aggregate.metric}
                rows.append(
                    Heading(
                        name=f"{group.of}_{aggregate.metric}",
                        title=f"{aggregate.title} ↑",
                        group=group.title,
                    )
                )
                line = [self._cell(c, key, aggregate, data, inputs) for c in self.columns]
                cells.append(mark_best(mark_best(line, "theirs"), "ours"))
        return self.filled(
            name,
            row_title="over all tasks",
            columns=tuple(Heading(name=c, title=titles.get(c, c)) for c in self.columns),
            rows=tuple(rows),
            cells=tuple(tuple(row) for row in cells),
            verdicts=counted(cells),
        )

    def _cell(
        self,
        column: str,
        key: Mapping[str, str],
        aggregate: Aggregate,
        data: TableData,
        inputs: TableInputs,
    ) -> TableCell:
        """Return the cell of one aggregate in one column."""
        key = {**key, "paper": self.paper, "table": self.number, "method": column}
        number = inputs.published.find(key)
        names = [head.name for head in data.columns]
        sample = data.cells[0][names.index(column)] if column in names else None
        ours = None
        if sample and sample.ours is not None:
            ours = _ours(aggregate, data, column, self.columns)
        cell = TableCell(
            metric=aggregate.metric,
            metric_title=aggregate.title,
            direction="higher",
            method=sample.method if sample else "",
            body=sample.body if sample else "",
            ours=ours,
            theirs=published_result(number),
        )
        if ours:
            cell = with_text(cell, ours.n)
        verdict = judge(cell, ours, number, number.spread) if number and ours else None
        return cell.model_copy(update={"verdict": verdict})


def _score_table(name: str) -> ScoreTable:
    table = TABLES.look_up(name, where="a table of aggregates")
    if not isinstance(table, ScoreTable):
        raise TypeError(f"{name} is no table of scores")
    return table


def _ours(aggregate: Aggregate, data: TableData, column: str, rivals: Sequence[str]) -> OurResult:
    """Return the aggregate by seed, over the tasks; baselines count with published scores."""
    names = [head.name for head in data.columns]
    results = [row[names.index(column)].ours for row in data.cells]
    done = [result for result in results if result and result.status == "ok"]
    if len(done) < len(results):
        status = "not declared" if all(r and r.absent for r in results) else "not run"
        text = f"{len(done)} of {len(results)} tasks" if done else status
        return OurResult.model_validate({"status": status, "text": text})
    values = []
    for seed in range(min(result.n for result in done)):
        scores = {name: _scores(data, place, seed) for place, name in enumerate(names)}
        complete = {name: found for name, found in scores.items() if found}
        values.append(aggregate.compute(complete, column, rivals))
    runs = tuple(run for result in done for run in result.runs)
    return OurResult.model_validate(
        {"status": "ok", "text": "", "runs": runs, **mean_and_spread(values)}
    )


def _scores(data: TableData, column: int, seed: int) -> list[float]:
    """Return a column's score on every task, or none if one is missing.

    Ours are those of one seed (the last one that a task has, where it has fewer), a baseline's
    are the published ones.
    """
    found = []
    for row in data.cells:
        cell = row[column]
        values = [run.value for run in cell.ours.runs] if cell.ours else []
        kept = [value for value in values if value is not None]
        if kept:
            found.append(kept[min(seed, len(kept) - 1)])
        elif cell.ours is None and cell.theirs and cell.theirs.value is not None:
            found.append(cell.theirs.value)
        else:
            return []
    return found
