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


def mean_average_precision_official(
    predicted: Float[np.ndarray, "n labels"], target: Num[np.ndarray, "n labels"]
) -> float:
    """Mean over all labels of the average precision of probabilities in single precision.

    These tie where logits are large; a label without a positive counts as 0.

    Source: official code, FSD.
    """
    with np.errstate(over="ignore"):
        probabilities = 1 / (1 + np.exp(-predicted.astype(np.float32)))
    columns = zip(probabilities.T, target.T > 0.5, strict=True)
    return float(np.mean(np.nan_to_num([average_precision(*column) for column in columns])))


METRICS = {
    name: Metric(title=title, direction="lower", formula=one_minus(formula), kinds=("multi_label",))
    for name, title, formula in (
        ("one_minus_map", "1 - mAP", mean_average_precision),
        ("one_minus_map_official", "1 - mAP, official", mean_average_precision_official),
    )
}
