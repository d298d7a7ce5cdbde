"""Which method of a table's row is best, by how much, and whether by more than noise."""

from collections.abc import Sequence

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


def who_leads(title: str, row: Sequence[TableCell], scores: ScoreFolder, *, also: str) -> str:
    """Return a sentence on the best method of a row and the next; it says why if it cannot.

    A second sentence says how far another method is behind the best.

    Args:
        title: of the row.
        row: its cells.
        scores: where the scores of its runs lie, and the predictions beside them.
        also: the other method.
    """
    scored = [cell for cell in row if cell.ours and cell.ours.mean is not None]
    if len(scored) < 2:
        return f"{title}: fewer than two methods have a score, so none is said to be best."
    scored.sort(key=lambda cell: cell.error("ours") or 0.0)
    best, *others = scored
    lead = f"{title}: {method_title(best.method)} is best"
    found = _difference(best, others[0], scores)
    if isinstance(found, str):
        return f"{lead}; whether by more than noise cannot be said{found}"
    behind = [cell for cell in others[1:] if cell.method == also]
    rest = "".join(f" {_behind(best, cell, scores)}" for cell in behind)
    second = method_title(others[0].method)
    if best.error("ours") == others[0].error("ours"):
        gap = f"{title}: {method_title(best.method)} and {second} are equal, and best"
    elif found.value > 0:
        gap = f"{lead}, {found.value:.3g} ahead of {second}: {_judged(found)}"
    else:  # the mean of folds of unequal sizes is not that of their samples
        gap = (
            f"{lead}, but over all test samples together not ahead of {second}: no more than noise"
        )
    return (
        f"{gap} ({LEVEL:.0%} interval {found.low:.3g} to {found.high:.3g}, by drawing "
        f"{_drawn_from(found)} anew).{rest}"
    )


def _judged(found: PairedDifference) -> str:
    return "more than noise" if found.beyond_noise else "no more than noise"


def _behind(best: TableCell, cell: TableCell, scores: ScoreFolder) -> str:
    found = _difference(best, cell, scores)
    if isinstance(found, str):
        return f"{method_title(cell.method)} is behind it; by how much cannot be said{found}"
    return f"{method_title(cell.method)} is {found.value:.3g} behind it: {_judged(found)}."


def _drawn_from(found: PairedDifference) -> str:
    seeds = " and ".join(str(count) for count in dict.fromkeys(found.seeds))
    return f"{found.samples} test samples and {seeds} seed{'s' * (found.seeds != (1, 1))}"


def _difference(best: TableCell, second: TableCell, scores: ScoreFolder) -> PairedDifference | str:
    """Return the paired difference of two cells, or why it cannot be said."""
    predicted = []
    targets = []
    for cell in (best, second):
        assert cell.ours is not None
        runs = [
            Run(task=run.path.partition("/")[0], body=cell.body, method=cell.method, seed=run.seed)
            for run in cell.ours.runs
            if run.status == "ok"
        ]
        paths = [scores.predictions(run) for run in runs]
        if not all(path.exists() for path in paths):
            return " without kept predictions."
        read = [read_predictions(path) for path in paths]
        if len({run.task for run in runs}) > 1:  # each tests another fold
            each, target = (np.concatenate(part) for part in zip(*read, strict=True))
            read = [(each, target)]
        predicted.append([each for each, _ in read])
        targets += [target for _, target in read]
    if any(not np.array_equal(target, targets[0]) for target in targets):
        return f": the predictions of {best.task}, they are for different test samples."
    generator = np.random.default_rng(SEED)
    metric, (first, other) = METRICS[best.metric], predicted
    try:
        return paired_difference(metric, first, other, targets[0], generator=generator)
    except DataError as fault:
        return f": {fault.where}, {fault.what}."
