"""Which method of a table's row is best, by how much, and whether by more than noise."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from orca.errors import DataError
from orca.evaluation.metric import METRICS
from orca.evaluation.paired import LEVEL, PairedDifference, paired_difference
from orca.evaluation.predictions import read_predictions
from orca.evaluation.score import Run
from orca.reporting.names import method_title
from orca.reporting.scores import ScoreFolder
from orca.reporting.table_records import TableCell

SEED = 0  # of the draws, so that a table made again says the same


@dataclass(frozen=True)
class Lead:
    """How the methods of a row stand to each other, in words.

    Args:
        first: by how much the best method is ahead of the next; None where it cannot be said.
        pair: by how much the one of two given methods is ahead of the other; likewise.
    """

    sentence: str
    first: PairedDifference | None = None
    pair: PairedDifference | None = None


def leads_in_short(leads: Sequence[Lead], pair: tuple[str, str]) -> str:
    """Return one sentence on all rows of a table, which compare one pair; empty for one row."""
    if len(leads) < 2:
        return ""
    one, other = map(method_title, pair)
    decided = sum(lead.first is not None and lead.first.low > 0 for lead in leads)
    ahead = sum(lead.pair is not None and lead.pair.low > 0 for lead in leads)
    behind = sum(lead.pair is not None and lead.pair.high < 0 for lead in leads)
    return (
        f"By more than noise, the best method is ahead of the next on {decided} of {len(leads)} "
        f"tasks, and {one} is ahead of {other} on {ahead} and behind it on {behind}."
    )


def who_leads(
    title: str, row: Sequence[TableCell], scores: ScoreFolder, *, pair: tuple[str, str]
) -> Lead:
    """Return how the best method of a row stands to the next, or why that cannot be said.

    Further sentences say how far the first of a pair of methods is from the best and from the
    other. Predictions lie beside the scores.
    """
    scored = [cell for cell in row if cell.ours and cell.ours.mean is not None]
    if len(scored) < 2:
        return Lead(f"{title}: fewer than two methods have a score, so none is said to be best.")
    scored.sort(key=lambda cell: cell.error("ours") or 0.0)
    best, second, *_ = scored
    first = _difference(best, second, scores)
    sentences = [f"{title}: {_best_and_next(best, second, first)}"]
    by_method = {cell.method: cell for cell in scored}
    one, other = (by_method.get(method) for method in pair)
    between = _difference(one, other, scores) if one and other else ""
    told = {best.method, second.method}
    if one and one.method not in told:
        sentences.append(_gap(one, best, _difference(one, best, scores)))
    if one and other and other is not best and {one.method, other.method} != told:
        sentences.append(_gap(one, other, between))
    return Lead(
        " ".join(sentences),
        None if isinstance(first, str) else first,
        None if isinstance(between, str) else between,
    )


def _best_and_next(best: TableCell, second: TableCell, found: PairedDifference | str) -> str:
    one, other = method_title(best.method), method_title(second.method)
    if isinstance(found, str):
        return f"{one} is best; whether by more than noise cannot be said{found}"
    if best.error("ours") == second.error("ours"):
        gap = f"{one} and {other} are equal, and best"
    elif found.value > 0:
        gap = f"{one} is best, {found.value:.3g} ahead of {other}: {_judged(found)}"
    else:  # the mean of folds of unequal sizes is not that of their samples
        gap = f"{one} is best, but over all test samples together not ahead of {other}"
    return (
        f"{gap} ({LEVEL:.0%} interval {found.low:.3g} to {found.high:.3g}, by drawing "
        f"{_drawn_from(found)} anew)."
    )


def _judged(found: PairedDifference) -> str:
    return "more than noise" if found.beyond_noise else "no more than noise"


def _gap(one: TableCell, other: TableCell, found: PairedDifference | str) -> str:
    first, second = method_title(one.method), method_title(other.method)
    if isinstance(found, str):
        return f"{first} beside {second}: the difference cannot be said{found}"
    if found.value == 0:
        return f"{first} and {second} are equal."
    side = "ahead of" if found.value > 0 else "behind"
    return f"{first} is {abs(found.value):.3g} {side} {second}: {_judged(found)}."


def _drawn_from(found: PairedDifference) -> str:
    seeds = " and ".join(str(count) for count in dict.fromkeys(found.seeds))
    return f"{found.samples} test samples and {seeds} seed{'s' * (found.seeds != (1, 1))}"


def _difference(best: TableCell, second: TableCell, scores: ScoreFolder) -> PairedDifference | str:
    """Return the paired difference of two cells, or why it cannot be said."""
    predicted = []
    targets = []
    folds = []
    for cell in (best, second):
        assert cell.ours is not None
        runs = [
            Run(task=run.path.partition("/")[0], body=cell.body, method=cell.method, seed=run.seed)
            for run in cell.ours.runs
            if run.status == "ok"
        ]
        folds.append({run.task for run in runs})
        paths = [scores.predictions(run) for run in runs]
        if not all(path.exists() for path in paths):
            return " without kept predictions."
        read = [read_predictions(path) for path in paths]
        if len(folds[-1]) > 1:  # each tests another fold
            each, target = (np.concatenate(part) for part in zip(*read, strict=True))
            read = [(each, target)]
        predicted.append([each for each, _ in read])
        targets += [target for _, target in read]
    if folds[0] != folds[1]:
        return ": they are not scored on the same folds."
    if any(not np.array_equal(target, targets[0]) for target in targets):
        return f": the predictions of {best.task}, they are for different test samples."
    generator = np.random.default_rng(SEED)
    metric, (first, other) = METRICS[best.metric], predicted
    try:
        return paired_difference(metric, first, other, targets[0], generator=generator)
    except DataError as fault:
        return f": {fault.where}, {fault.what}."
