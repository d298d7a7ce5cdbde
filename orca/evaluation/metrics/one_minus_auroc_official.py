"""Area under the ROC curve of points of a field, as the official code takes it: of masks."""

import numpy as np
from jaxtyping import Float, Num

from orca.evaluation.metric import Metric, one_minus
from orca.evaluation.ranking import area_under_roc, mean_defined


def auroc_of_masks(
    predicted: Float[np.ndarray, "n *shape"], target: Num[np.ndarray, "n *stored"]
) -> float:
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
    return mean_defined([area_under_roc(mask.astype(np.float64), truth)], "the area of masks")


METRIC = Metric(
    title="1 - AUROC of masks",
    direction="lower",
    formula=one_minus(auroc_of_masks),
    kinds=("binary_field", "masked_binary_field"),
)
