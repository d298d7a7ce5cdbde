"""Mean over the classes of the share of a class's samples that are found."""

import numpy as np
from jaxtyping import Float, Int

from orca.evaluation.metric import Metric


def balanced_accuracy(
    predicted: Float[np.ndarray, "n classes"], target: Int[np.ndarray, " n"]
) -> float:
    """Mean recall of the classes that the split holds, each counting the same.

    Source: scikit-learn's `balanced_accuracy_score`.
    """
    chosen = predicted.argmax(axis=1)
    return float(np.mean([np.mean(chosen[target == one] == one) for one in np.unique(target)]))


METRIC = Metric(
    title="balanced accuracy",
    direction="higher",
    formula=balanced_accuracy,
    perfect=1.0,
    kinds=("classes",),
)
