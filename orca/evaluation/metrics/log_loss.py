"""Cross-entropy of the true class, in nats."""

import numpy as np
from jaxtyping import Float, Int

from orca.evaluation.metric import Metric


def log_loss(predicted: Float[np.ndarray, "n classes"], target: Int[np.ndarray, " n"]) -> float:
    """Mean of minus the logarithm of the true class's probability, from logits."""
    logits = predicted.astype(np.float64)
    shifted = logits - logits.max(axis=1, keepdims=True)
    total = np.log(np.exp(shifted).sum(axis=1))
    return float(np.mean(total - shifted[np.arange(len(target)), target]))


METRIC = Metric(title="log loss", direction="lower", formula=log_loss, kinds=("classes",))
