"""Share of samples of which the true class is chosen, or another one."""

import numpy as np
from jaxtyping import Float, Int

from orca.evaluation.metric import Metric

Logits = Float[np.ndarray, "n classes"]
Labels = Int[np.ndarray, " n"]


def zero_one_error_pct(predicted: Logits, target: Labels) -> float:
    """Percentage of samples whose largest logit is not the true class."""
    return float(100.0 * np.mean(predicted.argmax(axis=1) != target))


def accuracy_pct(predicted: Logits, target: Labels) -> float:
    """Percentage of samples whose largest logit is the true class."""
    return 100.0 - zero_one_error_pct(predicted, target)


def accuracy(predicted: Logits, target: Labels) -> float:
    """Share of samples whose largest logit is the true class."""
    return float(np.mean(predicted.argmax(axis=1) == target))


METRICS = {
    "zero_one_error_pct": Metric(
        title="0-1 error (%)", direction="lower", formula=zero_one_error_pct, kinds=("classes",)
    ),
    "accuracy_pct": Metric(
        title="accuracy (%)",
        direction="higher",
        formula=accuracy_pct,
        perfect=100.0,
        kinds=("classes",),
    ),
    "accuracy": Metric(
        title="accuracy", direction="higher", formula=accuracy, perfect=1.0, kinds=("classes",)
    ),
}
