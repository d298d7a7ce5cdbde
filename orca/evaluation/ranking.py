"""Areas under curves of one score against one label, exact, with ties; means over labels and pairs.

Written here, and tested against scikit-learn, because importing that takes a second or two.
"""

from collections.abc import Callable
from itertools import combinations

import numpy as np
from jaxtyping import Bool, Float, Int, Num

from orca.errors import DataError


def _groups(
    scores: Float[np.ndarray, " n"], positive: Bool[np.ndarray, " n"]
) -> tuple[Float[np.ndarray, " groups"], Float[np.ndarray, " groups"]]:
    """Return positives and negatives of each distinct score, from the highest down."""
    order = np.argsort(-scores, kind="stable")
    ordered, hits = scores[order], positive[order].astype(np.float64)
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    positives = np.add.reduceat(hits, starts)
    negatives = np.add.reduceat(1.0 - hits, starts)
    return positives, negatives


def area_under_roc(scores: Float[np.ndarray, " n"], positive: Bool[np.ndarray, " n"]) -> float:
    """Return the chance that a positive has the higher score than a negative; ties count half.

    NaN without both kinds.

    Source: Hanley and McNeil 1982.
    """
    positives, negatives = _groups(scores, positive)
    total = positives.sum() * negatives.sum()
    if total == 0:
        return float("nan")
    below = negatives.sum() - np.cumsum(negatives)
    return float((positives * (below + negatives / 2)).sum() / total)


def average_precision(scores: Float[np.ndarray, " n"], positive: Bool[np.ndarray, " n"]) -> float:
    """Return the mean precision over the positives, each at its own score; NaN without any."""
    positives, negatives = _groups(scores, positive)
    if positives.sum() == 0:
        return float("nan")
    found = np.cumsum(positives)
    precision = found / (found + np.cumsum(negatives))
    return float((positives * precision).sum() / positives.sum())


def mean_over_labels(
    area: Callable[[np.ndarray, np.ndarray], float],
    predicted: Float[np.ndarray, "n labels"],
    target: Num[np.ndarray, "n labels"],
    what: str,
) -> float:
    """Return the mean of an area over the labels for which it is defined.

    Args:
        area: of one label, from its scores and truth values.
        predicted: scores.
        target: 0 or 1.
        what: the area, as an error calls it.

    Raises:
        DataError: if it is defined for no label.
    """
    labels = range(predicted.shape[1])
    return mean_defined([area(predicted[:, n], target[:, n] > 0.5) for n in labels], what)


def mean_defined(values: list[float], what: str) -> float:
    """Return the mean over labels for which the value is defined.

    Args:
        values: one for each label; NaN where it is not defined.
        what: they are, as an error says it.

    Raises:
        DataError: if none is defined.
    """
    if np.isnan(values).all():
        raise DataError(
            where=f"the split that {what} is computed on",
            what="no label has both positive and negative samples in it",
            mend="use a larger split, or another metric",
        )
    return float(np.nanmean(values))


def softmax(logits: Float[np.ndarray, "n classes"]) -> Float[np.ndarray, "n classes"]:
    """Return probabilities of classes, in double precision."""
    exponentials = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def auroc_ovo(predicted: Float[np.ndarray, "n classes"], target: Int[np.ndarray, " n"]) -> float:
    """Area under the ROC curve, one class against one, mean over pairs of classes.

    For a pair, the mean of two areas: each class's probability ranks the samples of both.

    Source: Hand and Till 2001; ORCA (ICML 2023), A.6.1.

    Raises:
        DataError: if a class has no sample in the split; the average is not defined then.
    """
    classes = predicted.shape[1]
    absent = sorted(set(range(classes)) - set(np.unique(target).tolist()))
    if absent:
        raise DataError(
            where="the split that auroc_ovo is computed on",
            what=f"it has no sample of class {absent[0]}",
            mend="use a split with samples of every class, or the metric zero_one_error_pct",
        )
    probabilities = softmax(predicted)
    areas = []
    for first, second in combinations(range(classes), 2):
        both = (target == first) | (target == second)
        areas += [
            area_under_roc(probabilities[both, one], target[both] == one) for one in (first, second)
        ]
    return float(np.mean(areas))
