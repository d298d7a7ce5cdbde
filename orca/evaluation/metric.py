"""What a metric is: NumPy arrays of a whole split in, one number out, never averaged over batches.

`predicted` is the model's output in the task's own units (normalising undone): logits
[n, classes] for `Classes`, logits [n, labels] for `MultiLabel`, numbers [n] for `Scalar`,
fields [n, channels, *grid] for `Field`. `target` is stored as `orca.data.task` says.

A name that ends in `_official` or `_chunked` is the official code's way of counting, for numbers
that were published with it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Shaped

from orca.declarations import Declarations
from orca.errors import DataError, TrainingError
from orca.evaluation.fields import spans

Compute = Callable[..., float]
Kind = Literal[
    "classes", "multi_label", "scalar", "field", "binary_field", "masked_field",
    "masked_binary_field",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A number that measures how good predictions are.

    Args:
        title: as it stands in a table, with its unit.
        direction: which way is better.
        formula: from (predicted, target) to the number.
        kinds: of targets that it is defined for.
        perfect: the best value there can be; `error` measures from it.
    """

    title: str
    direction: Literal["lower", "higher"]
    formula: Compute
    kinds: tuple[Kind, ...]
    perfect: float = 0.0

    def compute(
        self, predicted: Float[np.ndarray, "n *output"], target: Shaped[np.ndarray, "n *target"]
    ) -> float:
        """Return the number.

        Raises:
            TrainingError: if a prediction is not a finite number.
            DataError: if the number is not defined on these targets.
        """
        bad = _not_finite(predicted)
        if bad is not None:
            raise TrainingError(
                where=f"prediction for sample {bad}",
                what="it is not a finite number",
                mend="lower `optimizer.learning_rate` or set `finetune.gradient_clipping` in the"
                " settings, and train again",
            )
        alike = predicted.ndim != target.ndim or predicted.shape == target.shape
        if not alike and not any(kind.startswith("masked") for kind in self.kinds):
            raise DataError(
                where=f"the metric '{self.title}'",
                what=f"predictions are of shape {predicted.shape}, targets of {target.shape}",
                mend="a masked field needs a metric that knows of masks, such as mae8 or"
                " one_minus_auroc",
            )
        value = self.formula(predicted, target)
        if not math.isfinite(value):
            raise DataError(
                where=f"the metric '{self.title}'",
                what=f"it is {value} on these targets",
                mend="look at the targets with `orca inspect`; a metric may need each class in them",
            )
        return value

    def error(self, value: float) -> float:
        """Return how far `value` is from perfect, so that lower is better for every metric."""
        return value - self.perfect if self.direction == "lower" else self.perfect - value


def _not_finite(predicted: Float[np.ndarray, "n *output"]) -> int | None:
    """Return the first sample with a number that is not finite, looking at some at a time."""
    for span in spans(predicted):
        block = predicted[span]
        finite = np.isfinite(block).reshape(len(block), -1).all(axis=1)
        if not finite.all():
            return span.start + int(np.argmin(finite))
    return None


def one_minus(formula: Compute) -> Compute:
    """Return the formula that gives one minus what `formula` gives."""
    return lambda predicted, target: 1.0 - formula(predicted, target)


METRICS: Declarations[Metric] = Declarations("orca.evaluation.metrics", "metric")
