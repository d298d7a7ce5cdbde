"""F1 of one class out of several, from logits, every class counting the same.

`one_minus_f1_chunked` is the official code's on ECG: the mean over shuffled chunks of 1000 windows
(`orca.evaluation.chunked`).
"""

import numpy as np
from jaxtyping import Float, Int

from orca.evaluation.chunked import ChunkMean
from orca.evaluation.metric import Metric, one_minus


def macro_f1(predicted: Float[np.ndarray, "n classes"], target: Int[np.ndarray, " n"]) -> float:
    """Mean over classes of the harmonic mean of precision and recall.

    A class that is neither predicted nor present does not count.

    Source: scikit-learn's macro F1, as in the official code, ECG.
    """
    chosen = predicted.argmax(axis=1)
    scores = []
    for one in np.union1d(chosen, target):
        hits = np.sum((chosen == one) & (target == one))
        scores.append(2 * hits / (np.sum(chosen == one) + np.sum(target == one)))
    return float(np.mean(scores))


METRICS = {
    "one_minus_f1": Metric(
        title="1 - macro F1", direction="lower", formula=one_minus(macro_f1), kinds=("classes",)
    ),
    "one_minus_f1_chunked": Metric(
        title="1 - macro F1, by 1000",
        direction="lower",
        formula=ChunkMean(one_minus(macro_f1), size=1000, shuffled=True),
        kinds=("classes",),
    ),
}
