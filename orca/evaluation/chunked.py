"""The official code's averaging over chunks of the test split, for its published numbers."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Shaped

SEED = 0  # of the draw of the chunks


@dataclass(frozen=True)
class ChunkMean:
    """The mean of a metric over chunks of samples, a short last one counting full.

    Exact for means over equal chunks; biased for areas under curves, F1 and R2.

    Args:
        formula: from (predicted, target) to the number.
        size: samples of a chunk.
        shuffled: whether the chunks are drawn at random, with a seed of their own, and not in the
            samples' order. The official code draws them so for ECG and DeepSEA; there chunks in
            order hold few recordings and lack classes.

    Source: official code, `eval_batch_size`: 1000, rounded up to a multiple of the batch size.
    """

    formula: Callable[..., float]
    size: int
    shuffled: bool = False

    def __call__(
        self, predicted: Shaped[np.ndarray, "n *output"], target: Shaped[np.ndarray, "n *target"]
    ) -> float:
        """Return the mean over the chunks."""
        rows = np.arange(len(predicted))
        if self.shuffled:
            rows = np.random.default_rng(SEED).permutation(rows)
        chunks = (rows[start : start + self.size] for start in range(0, len(rows), self.size))
        return float(np.mean([self.formula(predicted[chunk], target[chunk]) for chunk in chunks]))
