"""Area under the ROC curve of labels, or of points of a field, that are 0 or 1, from logits."""

import numpy as np
from jaxtyping import Float, Num

from orca.evaluation.chunked import ChunkMean
from orca.evaluation.fields import spans
from orca.evaluation.metric import Metric, one_minus
from orca.evaluation.ranking import (
    ByTruth,
    area_of_parts,
    area_under_roc,
    mean_defined,
    mean_over_labels,
)

Logits = Float[np.ndarray, "n *shape"]
Binary = Num[np.ndarray, "n *stored"]


def _by_truth(predicted: Logits, target: Binary) -> ByTruth:
    """Yield scores of positive and of negative points that count, a few fields at a time.

    Args:
        predicted: [n, channels, *grid].
        target: of the same shape; or with twice the channels, the second half being 1 where a point
            does not count.
    """
    channels = predicted.shape[1]
    for span in spans(predicted):
        scores, truth = predicted[span], target[span, :channels] > 0.5
        masked = target.shape[1] != channels
        counts = target[span, channels:] < 0.5 if masked else np.ones_like(truth)
        yield scores[truth & counts], scores[~truth & counts]


def auroc(predicted: Logits, target: Binary) -> float:
    """Area under the ROC curve: mean over labels, or over all points of all fields at once.

    Labels that are never or always positive do not count.

    Source: ORCA (ICML 2023), Table 2: DeepSEA (labels) and Cosmic (points).
    Differs from the official code: it averages over chunks of samples (`one_minus_auroc_chunked`)
    and takes Cosmic's area of masks (`one_minus_auroc_official`).
    """
    what = "the area under the ROC curve"
    if predicted.ndim == 2:
        return mean_over_labels(area_under_roc, predicted, target, what)
    return mean_defined([area_of_parts(lambda: _by_truth(predicted, target))], what)


def auroc_of_masks(predicted: Logits, target: Binary) -> float:
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


METRICS = {
    "one_minus_auroc": Metric(
        title="1 - AUROC",
        direction="lower",
        formula=one_minus(auroc),
        kinds=("multi_label", "binary_field", "masked_binary_field"),
    ),
    "one_minus_auroc_chunked": Metric(
        title="1 - AUROC, by 1008",
        direction="lower",
        formula=ChunkMean(one_minus(auroc), size=1008, shuffled=True),
        kinds=("multi_label", "binary_field"),
    ),
    "one_minus_auroc_official": Metric(
        title="1 - AUROC of masks",
        direction="lower",
        formula=one_minus(auroc_of_masks),
        kinds=("binary_field", "masked_binary_field"),
    ),
}
