"""Area under the ROC curve of points of a field, as the official code takes it: of masks."""

import numpy as np
from jaxtyping import Float, Num

from orca.evaluation.fields import spans
from orca.evaluation.metric import Metric, one_minus
from orca.evaluation.ranking import ByTruth, area_of_parts, mean_defined


def auroc_of_masks(
    predicted: Float[np.ndarray, "n *shape"], target: Num[np.ndarray, "n *stored"]
) -> float:
    """Area under the ROC curve of logits cut at 0: the mean of sensitivity and specificity.

    Points that do not count are correct negatives.

    Source: official code, `inv_auroc`, Cosmic.
    """
    channels = predicted.shape[1]

    def parts() -> ByTruth:
        for span in spans(predicted):
            mask, truth = predicted[span] > 0, target[span, :channels] > 0.5
            if target.shape[1] != channels:
                counts = target[span, channels:] < 0.5
                truth, mask = truth & counts, mask & counts
            yield mask[truth], mask[~truth]

    return mean_defined([area_of_parts(parts)], "the area of masks")


METRIC = Metric(
    title="1 - AUROC of masks",
    direction="lower",
    formula=one_minus(auroc_of_masks),
    kinds=("binary_field", "masked_binary_field"),
)
