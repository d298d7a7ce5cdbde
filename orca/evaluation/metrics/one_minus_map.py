"""Mean average precision of labels that are 0 or 1, from logits."""

import numpy as np
from jaxtyping import Float, Num

from orca.evaluation.metric import Metric, one_minus
from orca.evaluation.ranking import average_precision, mean_over_labels


def mean_average_precision(
    predicted: Float[np.ndarray, "n labels"], target: Num[np.ndarray, "n labels"]
) -> float:
    """Mean over labels of the average precision; labels without a positive do not count.

    The pieces of one recording are joined before (`Task.pooling`).

    Source: Fonseca et al. 2022 (FSD50K, arXiv:2010.00475); official code, FSD.
    """
    return mean_over_labels(average_precision, predicted, target, "the mean average precision")


METRIC = Metric(
    title="1 - mAP",
    direction="lower",
    formula=one_minus(mean_average_precision),
    kinds=("multi_label",),
)
