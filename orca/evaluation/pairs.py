"""Areas under ROC curves over pairs of classes, from logits."""

from itertools import combinations

import numpy as np
from jaxtyping import Float, Int

from orca.errors import DataError
from orca.evaluation.ranking import area_under_roc

Logits = Float[np.ndarray, "n classes"]
Labels = Int[np.ndarray, " n"]


def _softmax(logits: Logits) -> Logits:
    exponentials = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def auroc_ovo(predicted: Logits, target: Labels) -> float:
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
    probabilities = _softmax(predicted)
    areas = []
    for first, second in combinations(range(classes), 2):
        both = (target == first) | (target == second)
        areas += [
            area_under_roc(probabilities[both, one], target[both] == one) for one in (first, second)
        ]
    return float(np.mean(areas))
