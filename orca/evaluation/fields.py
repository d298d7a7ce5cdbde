"""Parts of metrics of numbers, fields or single ones: errors and sizes by sample."""

import math
from collections.abc import Iterator

import numpy as np
from jaxtyping import Float, Num, Shaped

from orca.errors import DataError

Values = Num[np.ndarray, "n *grid"]
BLOCK_BYTES = 2**20
"""Fields are taken to double precision about so much at a time: what a core's cache holds."""


def spans(values: Shaped[np.ndarray, "n *shape"]) -> Iterator[slice]:
    """Yield the places of a few samples at a time."""
    step = max(1, BLOCK_BYTES // max(1, 8 * math.prod(values.shape[1:])))
    return (slice(start, start + step) for start in range(0, len(values), step))


def blocks(
    predicted: Values, target: Values
) -> Iterator[tuple[Float[np.ndarray, "b values"], Float[np.ndarray, "b values"]]]:
    """Yield each sample's values in a row, in double precision, a few samples at a time."""
    for span in spans(predicted):
        yield _flattened(predicted[span]), _flattened(target[span])


def _flattened(values: Values) -> Float[np.ndarray, "n values"]:
    return values.reshape(len(values), -1).astype(np.float64)


def root_mean_square(values: Float[np.ndarray, "n values"]) -> Float[np.ndarray, " n"]:
    """Return the root mean square of each sample."""
    return np.sqrt(np.mean(values**2, axis=1))


def relative_errors(predicted: Values, target: Values) -> Float[np.ndarray, " n"]:
    """Return each sample's RMS error over the RMS of its target.

    Raises:
        DataError: if a target is zero everywhere.
    """
    both = [
        (root_mean_square(guess - truth), root_mean_square(truth))
        for guess, truth in blocks(predicted, target)
    ]
    errors, sizes = (np.concatenate(parts) for parts in zip(*both, strict=True))
    if not sizes.all():
        raise DataError(
            where=f"test sample {int(np.argmin(sizes))}",
            what="its target is zero everywhere, so no relative error is defined",
            mend="leave the sample out in the task's `read`, or use the metric rmse",
        )
    return errors / sizes
