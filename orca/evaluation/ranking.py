"""Areas under curves of one score against one label, exact, with ties; their mean over labels.

Written here, and tested against scikit-learn, because importing that takes a second or two.
"""

import numpy as np
from jaxtyping import Bool, Float

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
