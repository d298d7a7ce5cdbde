"""Tables of a benchmark's aggregates: wins, averages, and distance from a baseline."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from orca.evaluation.score import Run
from orca.reporting.cells import Cell, Head, Ours, TableData, Theirs, counted
from orca.reporting.numbers import alone, with_spread
from orca.reporting.published import Number
from orca.reporting.sources import Sources
from orca.reporting.summary import mark_best
from orca.reporting.table import TABLES, Choices, ScoreTable, Table
from orca.reporting.verdicts import judge

Columns = dict[str, list[float]]  # by column, one for each task


def wins(scores: Columns, column: str, rivals: Sequence[str], *, higher: bool) -> float:
    """Return on how many tasks no rival is better; ties count for each, as in the paper."""
    choose = max if higher else min
    competing = [values for name, values in scores.items() if name in rivals]
    best = [choose(task) for task in zip(*competing, strict=True)]
    return float(sum(mine == top for mine, top in zip(scores[column], best, strict=True)))


def average(scores: Columns, column: str, rivals: Sequence[str], *, higher: bool) -> float:
    """Return the mean over tasks."""
    del higher, rivals
    return statistics.fmean(scores[column])


def from_xgboost(scores: Columns, column: str, rivals: Sequence[str], *, higher: bool) -> float:
    """Return the mean over tasks of the difference from XGBoost's score."""
    del higher, rivals
    pairs = zip(scores[column], scores["xgboost"], strict=True)
    return statistics.fmean(mine - other for mine, other in pairs)


@dataclass(frozen=True)
class Aggregate:
    """One number for a column of a table of scores.

    Args:
        metric: its name in the published numbers.
        title: as it stands in the table.
        compute: from all scores, the column, its rivals, and whether higher is better.
        direction: which way is better.
    """

    metric: str
    title: str
    compute: Callable[..., float]
    direction: Literal["lower", "higher"] = "higher"


@dataclass(frozen=True)
class Block:
    """The aggregates of one table of scores.

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
        blocks: groups of rows.
        columns: names of the columns of the tables of scores; all of them if empty.
    """

    blocks: tuple[Block, ...]
    columns: tuple[str, ...] = ()

    def runs(self, choices: Choices) -> list[Run]:
        """Return the runs of the tables of scores, each once."""
        found = {run.path: run for b in self.blocks for run in _table(b.of).runs(choices)}
        return list(found.values())

    def fill(self, name: str, sources: Sources, choices: Choices) -> TableData:
        """Return the table; an aggregate of ours needs a score on every task."""
        filled = [_table(block.of).fill(block.of, sources, choices) for block in self.blocks]
        titles = {head.name: head.title for data in filled for head in data.columns}
        columns = self.columns or tuple(titles)
        rows, cells = [], []
        for block, data in zip(self.blocks, filled, strict=True):
            for aggregate in block.aggregates:
                arrow = "↑" if aggregate.direction == "higher" else "↓"
                rows.append(
                    Head(
                        name=f"{block.of}_{aggregate.metric}",
                        title=f"{aggregate.title} {arrow}",
                        group=block.title,
                    )
                )
                line = [_cell(self, block, aggregate, data, c, sources) for c in columns]
                cells.append(mark_best(mark_best(line, "theirs"), "ours"))
        return TableData(
            name=name,
            title=self.title,
            paper=self.paper,
            number=self.number,
            caption=self.caption,
            row_title="over all tasks",
            columns=tuple(Head(name=c, title=titles.get(c, c)) for c in columns),
            rows=tuple(rows),
            cells=tuple(tuple(row) for row in cells),
            verdicts=counted(cells),
        )


def _table(name: str) -> ScoreTable:
    table = TABLES.look_up(name, where="a table of aggregates")
    if not isinstance(table, ScoreTable):
        raise TypeError(f"{name} is no table of scores")
    return table


def _cell(
    table: AggregateTable,
    block: Block,
    aggregate: Aggregate,
    data: TableData,
    column: str,
    sources: Sources,
) -> Cell:
    names = [head.name for head in data.columns]
    key = {"paper": table.paper, "table": table.number, "task": block.task}
    number = sources.published.find({**key, "metric": aggregate.metric, "method": column})
    theirs = _theirs(number) if table.paper else None
    ours = None
    sample = data.cells[0][names.index(column)] if column in names else None
    if sample and sample.ours is not None:
        ours = _ours(aggregate, data, column, table.columns or names)
    cell = Cell(
        metric=aggregate.metric,
        metric_title=aggregate.title,
        direction=aggregate.direction,
        perfect=0.0,
        method=sample.method if sample else "",
        body=sample.body if sample else "",
        ours=ours,
        theirs=theirs,
    )
    verdict = judge(cell, ours, number, number.spread) if number and ours else None
    return cell.model_copy(update={"verdict": verdict})


def _theirs(number: Number | None) -> Theirs:
    if number is None:
        return Theirs(text="–")
    return Theirs(
        value=number.number,
        text=number.text,
        body=number.body,
        source=f"Table {number.table}",
        note=number.note,
    )


def _ours(aggregate: Aggregate, data: TableData, column: str, rivals: Sequence[str]) -> Ours:
    """Return the aggregate by seed, over the tasks; baselines count with published scores."""
    names = [head.name for head in data.columns]
    index = names.index(column)
    parts = [row[index].ours for row in data.cells]
    done = [part for part in parts if part and part.status == "ok"]
    if len(done) < len(parts):
        status = "not declared" if all(p and p.absent for p in parts) else "not run"
        text = f"{len(done)} of {len(parts)} tasks" if done else status
        return Ours.model_validate({"status": status, "text": text, "absent": ""})
    seeds = min(part.n for part in done)
    values = []
    for seed in range(seeds):
        scores = {
            name: column_scores
            for place, name in enumerate(names)
            if (column_scores := _scores(data, place, seed)) is not None
        }
        higher = data.cells[0][index].direction == "higher"
        values.append(aggregate.compute(scores, column, rivals, higher=higher))
    spread = statistics.stdev(values) if len(values) > 1 else None
    mean = statistics.fmean(values)
    return Ours(
        status="ok",
        mean=mean,
        std=spread,
        n=len(values),
        text=alone(mean) if spread is None else with_spread(mean, spread),
        remark="1 seed" if spread is None else "",
        runs=tuple(run for part in done for run in part.runs),
    )


def _scores(data: TableData, column: int, seed: int) -> list[float] | None:
    """Return a column's score on every task, or None if one is missing.

    Ours with one seed (the last one that a task has, where it has fewer), a baseline's as
    published.
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
            return None
    return found
