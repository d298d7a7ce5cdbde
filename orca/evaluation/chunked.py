"""The official code's averaging over chunks of the test split, for its published numbers."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Shaped


@dataclass(frozen=True)
class Chunked:
    """The mean of a metric over chunks of samples in their order, a short last one counting full.

    Exact for means over equal chunks; biased for areas under curves, F1 and R2.

    Args:
        formula: from (predicted, target) to the number.
        size: samples of a chunk.

    Source: official code, `eval_batch_size`: 1000, rounded up to a multiple of the batch size.
    """

    formula: Callable[..., float]
    size: int

    def __call__(
        self, predicted: Shaped[np.ndarray, "n *output"], target: Shaped[np.ndarray, "n *target"]
    ) -> float:
        """Return the mean over the chunks."""
        starts = range(0, len(predicted), self.size)
        values = [
            self.formula(predicted[s : s + self.size], target[s : s + self.size]) for s in starts
        ]
        return float(np.mean(values))
