"""Metrics over a whole split: NumPy arrays in, one number out, never averaged over batches.

`predicted` is the model's output in the task's own units (normalising undone): logits
[n, classes] for `Classes`, logits [n, labels] for `MultiLabel`, numbers [n] for `Scalar`,
fields [n, channels, *grid] for `Field`. `target` is stored as `orca.data.task` says.

A name that ends in `_official` or `_chunked` is the official code's way of counting, for numbers
that were published with it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Shaped

from orca.errors import DataError, TrainingError
from orca.evaluation import of_classes, of_fields, of_labels, of_proteins
from orca.evaluation.chunked import Chunked

Compute = Callable[..., float]


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A number that tells how good predictions are.

    Args:
        title: as it stands in a table, with its unit.
        direction: which way is better.
        formula: from (predicted, target) to the number.
        perfect: the best value there can be; `error` measures from it.
        masks: whether it knows of fields of which not every point counts.
    """

    title: str
    direction: Literal["lower", "higher"]
    formula: Compute
    perfect: float = 0.0
    masks: bool = False

    def compute(
        self, predicted: Float[np.ndarray, "n *output"], target: Shaped[np.ndarray, "n *target"]
    ) -> float:
        """Return the number.

        Raises:
            TrainingError: if a prediction is not a finite number.
            DataError: if the number is not defined on these targets.
        """
        if not np.isfinite(predicted).all():
            flat = np.isfinite(predicted).reshape(len(predicted), -1).all(axis=1)
            raise TrainingError(
                where=f"prediction for sample {int(np.argmin(flat))}",
                what="it is not a finite number",
                mend="lower learning_rate or set gradient_clipping for this task in"
                " config/hyperparameters.yaml, and train again",
            )
        alike = predicted.ndim != target.ndim or predicted.shape == target.shape
        if not alike and not self.masks:
            raise DataError(
                where=f"the metric '{self.title}'",
                what=f"predictions are of shape {predicted.shape}, targets of {target.shape}",
                mend="a masked field needs a metric that knows of masks, such as mae8 or"
                " one_minus_auroc",
            )
        return self.formula(predicted, target)

    def error(self, value: float) -> float:
        """Return how far `value` is from perfect, so that lower is better for every metric."""
        return value - self.perfect if self.direction == "lower" else self.perfect - value


def _lower(title: str, formula: Compute, *, masks: bool = False) -> Metric:
    return Metric(title=title, direction="lower", formula=formula, masks=masks)


def _higher(title: str, formula: Compute, perfect: float = 1.0) -> Metric:
    return Metric(title=title, direction="higher", formula=formula, perfect=perfect)


def _one_minus(formula: Compute) -> Compute:
    return lambda predicted, target: 1.0 - formula(predicted, target)


METRICS: dict[str, Metric] = {
    "zero_one_error_pct": _lower("0-1 error (%)", of_classes.zero_one_error_pct),
    "accuracy_pct": _higher("accuracy (%)", of_classes.accuracy_pct, perfect=100.0),
    "auroc_ovo": _higher("AUROC (one vs. one)", of_classes.auroc_ovo),
    "one_minus_auroc_ovo": _lower("1 - AUROC (one vs. one)", _one_minus(of_classes.auroc_ovo)),
    "one_minus_f1": _lower("1 - macro F1", _one_minus(of_classes.macro_f1)),
    "one_minus_f1_chunked": _lower(
        "1 - macro F1, by 1000", Chunked(_one_minus(of_classes.macro_f1), size=1000)
    ),
    "one_minus_auroc": _lower("1 - AUROC", _one_minus(of_labels.auroc), masks=True),
    "one_minus_auroc_chunked": _lower(
        "1 - AUROC, by 1008", Chunked(_one_minus(of_labels.auroc), size=1008)
    ),
    "one_minus_auroc_official": _lower(
        "1 - AUROC of masks", _one_minus(of_labels.auroc_of_masks), masks=True
    ),
    "one_minus_map": _lower("1 - mAP", _one_minus(of_labels.mean_average_precision)),
    "relative_l2": _lower("relative L2", of_fields.relative_l2),
    # PDEBench's name for the same formula: RMS error over RMS of the target.
    "nrmse": _lower("nRMSE", of_fields.relative_l2),
    "nrmse_per_channel": _lower("nRMSE by channel", of_fields.nrmse_per_channel),
    "rmse": _lower("RMSE", of_fields.rmse),
    "r2": _higher("R2", of_fields.r2),
    "one_minus_r2": _lower("1 - R2", _one_minus(of_fields.r2)),
    "one_minus_r2_chunked": _lower("1 - R2, by 1000", Chunked(_one_minus(of_fields.r2), size=1000)),
    "mae8": _lower("MAE8 (angstrom)", of_proteins.mae8, masks=True),
    "mae8_official": _lower("MAE8 (angstrom), official", of_proteins.mae8_official, masks=True),
}
