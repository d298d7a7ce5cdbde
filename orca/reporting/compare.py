"""Two results folders, cell by cell: what moved, and whether beyond its spread."""

import statistics
from collections import defaultdict
from pathlib import Path

from scipy.stats import ttest_ind

from orca.errors import ResultsError
from orca.evaluation.metric import METRICS
from orca.evaluation.score import Score
from orca.reporting.markdown import aligned
from orca.reporting.numbers import alone, with_spread
from orca.reporting.scores import read_scores
from orca.reporting.verdicts import LEVEL

CellKey = tuple[str, str, str]  # task, body, method


def compare(a: Path, b: Path) -> str:
    """Return a Markdown table of the cells of two results folders, moved ones first.

    A cell moved if Welch's test tells the two means apart at the level that verdicts use, or,
    where neither has a spread, if the numbers differ at all. Equal numbers seed by seed are
    *the same*.

    Args:
        a: a results folder, or one of scores.
        b: the other.

    Raises:
        ResultsError: if a folder has no score, or the two score a task by different metrics.
    """
    before, after = _cells(a), _cells(b)
    rows = {
        cell: _row(cell, before.get(cell, []), after.get(cell, [])) for cell in {*before, *after}
    }
    order = ["failed now", "worse", "better", "recovered", "only in B", "only in A"]
    order += ["within its spread", "one run each, differs", "failed in both", "the same"]
    ranked = sorted(rows.items(), key=lambda item: (order.index(item[1][-1]), item[0]))
    counts = {word: sum(row[-1] == word for row in rows.values()) for word in order}
    head = ["task", "body", "method", "metric", "A", "B", "what moved"]
    text = aligned([head, *([*cell, *row] for cell, row in ranked)], left=len(head))
    summary = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    changed = _protocols(before, after)
    return "\n".join(
        [f"A: {a}", f"B: {b}", "", *text, "", f"{len(rows)} cells: {summary}.", *changed, ""]
    )


def _cells(results: Path) -> dict[CellKey, list[Score]]:
    found: dict[CellKey, list[Score]] = defaultdict(list)
    for score in read_scores(results).values():
        found[(score.task, score.body, score.method)].append(score)
    return found


def _values(scores: list[Score]) -> list[float]:
    return [score.value for score in scores if score.value is not None]


def _text(scores: list[Score]) -> str:
    values = _values(scores)
    if not values:
        return "failed" if scores else "–"
    failed = len(scores) - len(values)
    text = alone(values[0])
    if len(values) > 1:
        text = with_spread(statistics.fmean(values), statistics.stdev(values))
    return f"{text} ({len(values)})" + (f", {failed} failed" if failed else "")


def _row(cell: CellKey, before: list[Score], after: list[Score]) -> tuple[str, ...]:
    metrics = sorted({score.metric for score in (*before, *after)})
    if len(metrics) > 1:
        raise ResultsError(
            where="/".join(cell),
            what=f"the two folders score it by different metrics: {', '.join(metrics)}",
            mend="compare results of one version of the task",
        )
    return metrics[0], _text(before), _text(after), _moved(metrics[0], before, after)


def _moved(metric: str, before: list[Score], after: list[Score]) -> str:
    """Return in a word what became of a cell."""
    if not before or not after:
        return "only in B" if not before else "only in A"
    old, new = _values(before), _values(after)
    if not old or not new:
        return "failed in both" if not (old or new) else "recovered" if new else "failed now"
    by_seed = [{s.seed: s.value for s in scores} for scores in (before, after)]
    if by_seed[0] == by_seed[1]:
        return "the same"
    if len(old) < 2 or len(new) < 2:
        return "one run each, differs"
    if statistics.stdev(old) or statistics.stdev(new):
        if not ttest_ind(old, new, equal_var=False).pvalue < LEVEL:
            return "within its spread"
    elif old[0] == new[0]:
        return "within its spread"
    up = statistics.fmean(new) > statistics.fmean(old)
    higher = metric in METRICS and METRICS[metric].direction == "higher"
    return "better" if up == higher else "worse"


def _protocols(before: dict[CellKey, list[Score]], after: dict[CellKey, list[Score]]) -> list[str]:
    """Return a line for each cell whose protocols differ between the folders."""
    lines = []
    for cell in sorted({*before} & {*after}):
        for field in ("task_digest", "selection", "hyperparameters"):
            old = {getattr(score, field) for score in before[cell]}
            new = {getattr(score, field) for score in after[cell]}
            if old != new:
                lines.append(
                    f"{'/'.join(cell)}: {field} was {', '.join(sorted(old))}, "
                    f"is {', '.join(sorted(new))}."
                )
    return ["", "Made by different protocols:", *lines] if lines else []
