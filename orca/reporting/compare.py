"""Two results folders, cell by cell: what moved, and whether beyond its spread."""

from collections import Counter, defaultdict
from pathlib import Path
from statistics import fmean, stdev

from scipy.stats import ttest_ind

from orca.errors import ResultsError
from orca.evaluation.metric import METRICS
from orca.evaluation.score import Score, read_score
from orca.reporting.markdown import aligned
from orca.reporting.numbers import written
from orca.reporting.scores import score_files
from orca.reporting.verdicts import LEVEL

CellKey = tuple[str, str, str]  # task, body, method
ORDER = (
    "failed now", "worse", "better", "recovered", "only in B", "only in A", "within its spread",
    "one run each, differs", "failed in both", "the same",
)  # fmt: skip


def compare(a: Path, b: Path) -> str:
    """Return a Markdown table of the cells of two results folders, moved ones first.

    A cell moved if Welch's test tells the two means apart at the level that verdicts use, or,
    where neither has a spread, if the numbers differ at all. Equal numbers seed by seed are
    *the same*.

    Raises:
        ResultsError: if a folder has no score, or the two score a task by different metrics.
    """
    before, after = _cells(a), _cells(b)
    found = {
        cell: _row(cell, before.get(cell, []), after.get(cell, []))
        for cell in sorted({**before, **after})
    }
    rows = sorted(found.items(), key=lambda item: ORDER.index(item[1][-1]))
    moved = Counter(row[-1] for row in found.values())
    summary = ", ".join(f"{moved[word]} {word}" for word in ORDER if moved[word])
    head = ["task", "body", "method", "metric", "A", "B", "what moved"]
    table = aligned([head, *([*cell, *row] for cell, row in rows)], left=len(head))
    lines = [f"A: {a}", f"B: {b}", "", *table, "", f"{len(rows)} cells: {summary}."]
    return "\n".join([*lines, *_protocols(before, after), ""])


def _cells(results: Path) -> dict[CellKey, list[Score]]:
    found: dict[CellKey, list[Score]] = defaultdict(list)
    for score in map(read_score, score_files(results)):
        found[(score.task, score.body, score.method)].append(score)
    return found


def _values(scores: list[Score]) -> list[float]:
    return [score.value for score in scores if score.value is not None]


def _text(scores: list[Score]) -> str:
    values = _values(scores)
    if not values:
        return "failed" if scores else "–"
    failed = len(scores) - len(values)
    text = written(fmean(values), stdev(values) if len(values) > 1 else None)
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
    old, new = _values(before), _values(after)
    if not before or not after:
        return "only in B" if not before else "only in A"
    if not old or not new:
        return "failed in both" if not (old or new) else "recovered" if new else "failed now"
    if {s.seed: s.value for s in before} == {s.seed: s.value for s in after}:
        return "the same"
    if len(old) < 2 or len(new) < 2:
        return "one run each, differs"
    (mean, spread), (later, later_spread) = ((fmean(v), stdev(v)) for v in (old, new))
    apart = mean != later
    if spread or later_spread:
        apart = bool(ttest_ind(old, new, equal_var=False).pvalue < LEVEL)
    if not apart:
        return "within its spread"
    higher = metric in METRICS and METRICS[metric].direction == "higher"
    return "better" if (later > mean) == higher else "worse"


def _protocols(before: dict[CellKey, list[Score]], after: dict[CellKey, list[Score]]) -> list[str]:
    """Return a line for each cell whose protocols differ between the folders."""
    lines = []
    for cell in sorted({*before} & {*after}):
        for field in ("task_digest", "selection", "hyperparameters"):
            old, new = (
                ", ".join(sorted({getattr(score, field) for score in scores[cell]}))
                for scores in (before, after)
            )
            if old != new:
                lines.append(f"{'/'.join(cell)}: {field} was {old}, is {new}.")
    return ["", "Made by different protocols:", *lines] if lines else []
