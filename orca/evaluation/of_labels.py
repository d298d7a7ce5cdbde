"""Metrics of labels, or of points of a field, that are 0 or 1, from logits."""

import numpy as np
from jaxtyping import Bool, Float, Num

from orca.errors import DataError
from orca.evaluation.ranking import area_under_roc, average_precision

Logits = Float[np.ndarray, "n *shape"]
Binary = Num[np.ndarray, "n *stored"]


def counted(
    predicted: Logits, target: Binary
) -> tuple[Float[np.ndarray, " points"], Bool[np.ndarray, " points"]]:
    """Return score and truth of every point of a split's fields that counts.

    Args:
        predicted: [n, channels, *grid].
        target: likewise; or with as many channels again that are 1 where a point does not count.
    """
    channels = predicted.shape[1]
    truth = target[:, :channels] > 0.5
    if target.shape[1] == channels:
        return predicted.ravel(), truth.ravel()
    counts = target[:, channels:] < 0.5
    return predicted[counts], truth[counts]


def _mean_defined(values: list[float], what: str) -> float:
    """Return the mean over labels for which the value is defined."""
    if np.isnan(values).all():
        raise DataError(
            where=f"the split that {what} is computed on",
            what="no label has both positive and negative samples in it",
            mend="use a larger split, or another metric",
        )
    return float(np.nanmean(values))


def auroc(predicted: Logits, target: Binary) -> float:
    """Area under the ROC curve: mean over labels, or over all points of all fields at once.

    Labels that are never or always positive do not count.

    Source: ORCA (ICML 2023), Table 2: DeepSEA (labels) and Cosmic (points).
    Differs from the official code: it averages over chunks of samples (`one_minus_auroc_chunked`)
    and takes Cosmic's area of masks (`one_minus_auroc_official`).
    """
    if predicted.ndim == 2:
        areas = [
            area_under_roc(predicted[:, label], target[:, label] > 0.5)
            for label in range(predicted.shape[1])
        ]
        return _mean_defined(areas, "the area under the ROC curve")
    return _mean_defined(
        [area_under_roc(*counted(predicted, target))], "the area under the ROC curve"
    )


def auroc_of_masks(predicted: Logits, target: Binary) -> float:
    """Area under the ROC curve of logits cut at 0: the mean of sensitivity and specificity.

    Points that do not count are correct negatives.

    Source: official code, `inv_auroc`, Cosmic.
    """
    channels = predicted.shape[1]
    truth = (target[:, :channels] > 0.5).ravel()
    mask = (predicted > 0).ravel()
    if target.shape[1] != channels:
        counts = (target[:, channels:] < 0.5).ravel()
        truth, mask = truth & counts, mask & counts
    return _mean_defined([area_under_roc(mask.astype(np.float64), truth)], "the area of masks")


def mean_average_precision(
    predicted: Float[np.ndarray, "n labels"], target: Num[np.ndarray, "n labels"]
) -> float:
    """Mean over labels of the average precision; labels without a positive do not count.

    The pieces of one recording are joined before (`Task.pooling`).

    Source: Fonseca et al. 2022 (FSD50K, arXiv:2010.00475); official code, FSD.
    """
    values = [
        average_precision(predicted[:, label], target[:, label] > 0.5)
        for label in range(predicted.shape[1])
    ]
    return _mean_defined(values, "the mean average precision")
