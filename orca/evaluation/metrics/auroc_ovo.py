"""Area under the ROC curve of one class out of several, from logits."""

from orca.evaluation.metric import Metric, one_minus
from orca.evaluation.ranking import auroc_ovo

METRICS = {
    "auroc_ovo": Metric(
        title="AUROC (one vs. one)",
        direction="higher",
        formula=auroc_ovo,
        perfect=1.0,
        kinds=("classes",),
    ),
    "one_minus_auroc_ovo": Metric(
        title="1 - AUROC (one vs. one)",
        direction="lower",
        formula=one_minus(auroc_ovo),
        kinds=("classes",),
    ),
}
