"""Share of samples of which the true class is chosen."""

import numpy as np
from jaxtyping import Float, Int

from orca.evaluation.metric import Metric


def accuracy(predicted: Float[np.ndarray, "n classes"], target: Int[np.ndarray, " n"]) -> float:
    """Share of samples whose largest logit is the true class."""
    return float(np.mean(predicted.argmax(axis=1) == target))


METRIC = Metric(
    title="accuracy", direction="higher", formula=accuracy, perfect=1.0, kinds=("classes",)
)
