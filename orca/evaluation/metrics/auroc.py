"""Area under the ROC curve of classes or labels, from logits."""

import numpy as np
from jaxtyping import Float, Shaped

from orca.evaluation.metric import Metric
from orca.evaluation.ranking import area_under_roc, auroc_ovo, mean_over_labels


def auroc(
    predicted: Float[np.ndarray, "n outputs"], target: Shaped[np.ndarray, "n *target"]
) -> float:
    """Chance that a sample of the second of two classes has the higher score for it.

    Of more classes the mean over pairs (`auroc_ovo`), of labels the mean over labels.

    Source: Hanley and McNeil 1982; scikit-learn's `roc_auc_score`.

    Raises:
        DataError: if a class has no sample in the split, or no label has both kinds.
    """
    if target.ndim == 1:
        return auroc_ovo(predicted, target)
    return mean_over_labels(area_under_roc, predicted, target, "the area under the ROC curve")


METRIC = Metric(
    title="AUROC", direction="higher", formula=auroc, perfect=1.0, kinds=("classes", "multi_label")
)
