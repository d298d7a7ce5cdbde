"""Metrics over a whole split: NumPy arrays in, one number out, never averaged over batches.

`predicted` is the model's output in the task's own units (normalising undone): logits
[n, classes] for `Classes`, logits [n, labels] for `MultiLabel`, numbers [n] for `Scalar`,
fields [n, channels, *grid] for `Field`. `target` is stored as `orca.data.task` says.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int, Num

from orca.errors import DataError


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A number that tells how good predictions are.

    Args:
        title: as it stands in a table, with its unit.
        direction: which way is better.
        compute: from (predicted, target) to the number.
        perfect: the best value there can be; `error` measures from it.
    """

    title: str
    direction: Literal["lower", "higher"]
    compute: Callable[..., float]
    perfect: float = 0.0

    def error(self, value: float) -> float:
        """Return how far `value` is from perfect, so that lower is better for every metric."""
        return value - self.perfect if self.direction == "lower" else self.perfect - value


def zero_one_error_pct(
    predicted: Float[np.ndarray, "n classes"], target: Int[np.ndarray, " n"]
) -> float:
    """Percentage of samples whose largest logit is not the true class."""
    return float(100.0 * np.mean(predicted.argmax(axis=1) != target))


def accuracy_pct(predicted: Float[np.ndarray, "n classes"], target: Int[np.ndarray, " n"]) -> float:
    """Percentage of samples whose largest logit is the true class."""
    return 100.0 - zero_one_error_pct(predicted, target)


def auroc_ovo(predicted: Float[np.ndarray, "n classes"], target: Int[np.ndarray, " n"]) -> float:
    """Area under the ROC curve, one class against one, averaged over pairs of classes.

    Source: Hand and Till 2001; ORCA (ICML 2023), A.6.1.

    Raises:
        DataError: if a class has no sample in the split; the average is not defined then.
    """
    from scipy.special import softmax
    from sklearn.metrics import roc_auc_score

    classes = predicted.shape[1]
    absent = sorted(set(range(classes)) - set(np.unique(target).tolist()))
    if absent:
        raise DataError(
            where="the split that auroc_ovo is computed on",
            what=f"it has no sample of class {absent[0]}",
            mend="use a split with samples of every class, or the metric zero_one_error_pct",
        )
    probabilities = softmax(predicted.astype(np.float64), axis=1)
    if classes == 2:
        return float(roc_auc_score(target, predicted[:, 1] - predicted[:, 0]))
    return float(roc_auc_score(target, probabilities, multi_class="ovo", labels=np.arange(classes)))


def relative_l2(predicted: Num[np.ndarray, "n *grid"], target: Num[np.ndarray, "n *grid"]) -> float:
    """Mean over samples of ‖predicted - target‖₂ / ‖target‖₂; 0 when exact, no unit.

    Source: Li et al. 2021 (arXiv:2010.08895), section 5.

    Raises:
        DataError: if a target is zero everywhere.
    """
    difference = (predicted - target).reshape(len(target), -1).astype(np.float64)
    norms = np.linalg.norm(target.reshape(len(target), -1).astype(np.float64), axis=1)
    if not norms.all():
        raise DataError(
            where=f"test sample {int(np.argmin(norms))}",
            what="its target is zero everywhere, so no relative error is defined",
            mend="leave the sample out in the task's `read`, or use the metric rmse",
        )
    return float(np.mean(np.linalg.norm(difference, axis=1) / norms))


def rmse(predicted: Num[np.ndarray, "n *grid"], target: Num[np.ndarray, "n *grid"]) -> float:
    """Mean over samples of the root mean square error, in the target's unit."""
    difference = (predicted - target).reshape(len(target), -1).astype(np.float64)
    return float(np.mean(np.sqrt(np.mean(difference**2, axis=1))))


METRICS: dict[str, Metric] = {
    "zero_one_error_pct": Metric(
        title="0-1 error (%)", direction="lower", compute=zero_one_error_pct
    ),
    "accuracy_pct": Metric(
        title="accuracy (%)", direction="higher", compute=accuracy_pct, perfect=100.0
    ),
    "auroc_ovo": Metric(
        title="AUROC (one vs. one)", direction="higher", compute=auroc_ovo, perfect=1.0
    ),
    "relative_l2": Metric(title="relative L2", direction="lower", compute=relative_l2),
    # PDEBench's name for the same formula: RMS error over RMS of the target.
    "nrmse": Metric(title="nRMSE", direction="lower", compute=relative_l2),
    "rmse": Metric(title="RMSE", direction="lower", compute=rmse),
}
