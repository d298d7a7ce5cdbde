"""F1 of the second of two classes, or of every class or label, each counting the same."""

import numpy as np
from jaxtyping import Float, Shaped

from orca.evaluation.metric import Metric


def f1(predicted: Float[np.ndarray, "n outputs"], target: Shaped[np.ndarray, "n *target"]) -> float:
    """Harmonic mean of precision and recall: of class 1 of two, else the mean over all.

    Labels count as predicted where their logit is above 0. What is neither predicted nor present
    counts as 0.

    Source: scikit-learn's `f1_score`, `binary` for two classes and `macro` else.
    """
    from sklearn.metrics import f1_score

    if target.ndim == 2:
        return float(f1_score(target > 0.5, predicted > 0, average="macro", zero_division=0))
    chosen = predicted.argmax(axis=1)
    if predicted.shape[1] == 2:
        return float(f1_score(target, chosen, zero_division=0))
    labels = range(predicted.shape[1])
    return float(f1_score(target, chosen, labels=labels, average="macro", zero_division=0))


METRIC = Metric(
    title="F1", direction="higher", formula=f1, perfect=1.0, kinds=("classes", "multi_label")
)
