"""Areas under curves of one score against one label, exact, with ties; means over labels and pairs.

Written here, and tested against scikit-learn, because importing that takes a second or two.
"""

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Int, Num

from orca.errors import DataError
from orca.evaluation.fields import spans

Scores = Float[np.ndarray, " _"] | Bool[np.ndarray, " _"]
ByTruth = Iterator[tuple[Scores, Scores]]
"""Scores of positives and of negatives, some at a time."""

SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")
HELD, HELD_SHARE = 2**18, 16
"""So many scores are sorted at once, or this part of them all where that is more."""


def area_under_roc(scores: Float[np.ndarray, " n"], positive: Bool[np.ndarray, " n"]) -> float:
    """Return the chance that a positive has the higher score than a negative; ties count half.

    NaN without both kinds.

    Source: Hanley and McNeil 1982.
    """

    def parts() -> ByTruth:
        for span in spans(scores):
            yield scores[span][positive[span]], scores[span][~positive[span]]

    return area_of_parts(parts)


def area_of_parts(parts: Callable[[], ByTruth]) -> float:
    """Return the area under the ROC curve of scores that are looked at some at a time.

    Pairs are counted in whole numbers, so the order and size of the parts, which are yielded as
    often as asked, change nothing.
    """
    positives, negatives = map(sum, zip(*((len(a), len(b)) for a, b in parts()), strict=True))
    pairs = positives * negatives
    if pairs == 0:
        return float("nan")
    fewer, more = (0, 1) if positives < negatives else (1, 0)
    won = 0  # by the kind that is more: 2 for each pair, 1 for a tie
    size = max(HELD, (positives + negatives) // HELD_SHARE)
    for held in _sorted((part[fewer] for part in parts()), size):
        for part in parts():
            asked = np.sort(part[more])
            won += sum(int(np.searchsorted(held, asked, side).sum()) for side in SIDES)
    return (won if more == 0 else 2 * pairs - won) / (2 * pairs)


def _sorted(parts: Iterator[Scores], size: int) -> Iterator[Scores]:
    """Yield all scores, about `size` of them sorted at a time."""
    held: list[Scores] = []
    for part in parts:
        held.append(part)
        if sum(map(len, held)) >= size:
            yield _joined(held)
    if held:
        yield _joined(held)


def _joined(held: list[Scores]) -> Scores:
    """Return the scores sorted, and drop what they came from."""
    joined = np.concatenate(held)
    held.clear()
    joined.sort()
    return joined


def average_precision(scores: Float[np.ndarray, " n"], positive: Bool[np.ndarray, " n"]) -> float:
    """Return the mean precision over the positives, each at its own score; NaN without any."""
    order = np.argsort(-scores, kind="stable")
    ordered, hits = scores[order], positive[order].astype(np.float64)
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])  # of each distinct score
    positives = np.add.reduceat(hits, starts)
    if positives.sum() == 0:
        return float("nan")
    found = np.cumsum(positives)
    precision = found / (found + np.cumsum(np.add.reduceat(1.0 - hits, starts)))
    return float((positives * precision).sum() / positives.sum())


def mean_over_labels(
    area: Callable[[np.ndarray, np.ndarray], float],
    predicted: Float[np.ndarray, "n labels"],
    target: Num[np.ndarray, "n labels"],
    what: str,
) -> float:
    """Return the mean of an area, from scores and truth values, over the labels that have one.

    Raises:
        DataError: if none has; `what` is the area's name.
    """
    labels = range(predicted.shape[1])
    return mean_defined([area(predicted[:, n], target[:, n] > 0.5) for n in labels], what)


def mean_defined(values: list[float], what: str) -> float:
    """Return the mean over labels whose value is defined, and not NaN.

    Raises:
        DataError: if none is; `what` is the values' name.
    """
    if np.isnan(values).all():
        raise DataError(
            where=f"the split that {what} is computed on",
            what="no label has both positive and negative samples in it",
            mend="use a larger split, or another metric",
        )
    return float(np.nanmean(values))


def auroc_ovo(predicted: Float[np.ndarray, "n classes"], target: Int[np.ndarray, " n"]) -> float:
    """Area under the ROC curve, one class against one, mean over pairs of classes.

    For a pair, the mean of two areas: each class's probability ranks the samples of both.

    Source: Hand and Till 2001; ORCA (ICML 2023), A.6.1.

    Raises:
        DataError: if a class has no sample in the split; the average is not defined then.
    """
    from scipy.special import softmax

    classes = predicted.shape[1]
    absent = sorted(set(range(classes)) - set(np.unique(target).tolist()))
    if absent:
        raise DataError(
            where="the split that auroc_ovo is computed on",
            what=f"it has no sample of class {absent[0]}",
            mend="use a split with samples of every class, or the metric zero_one_error_pct",
        )
    probabilities = softmax(predicted.astype(np.float64), axis=1)
    areas = []
    for first, second in combinations(range(classes), 2):
        both = (target == first) | (target == second)
        areas += [
            area_under_roc(probabilities[both, one], target[both] == one) for one in (first, second)
        ]
    return float(np.mean(areas))
