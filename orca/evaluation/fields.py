"""Parts of metrics of numbers, fields or single ones: values by sample, and their size."""

import numpy as np
from jaxtyping import Float, Num

Values = Num[np.ndarray, "n *grid"]


def flattened(values: Values) -> Float[np.ndarray, "n values"]:
    """Return each sample's values in a row, in double precision."""
    return values.reshape(len(values), -1).astype(np.float64)


def root_mean_square(values: Float[np.ndarray, "n values"]) -> Float[np.ndarray, " n"]:
    """Return the root mean square of each sample."""
    return np.sqrt(np.mean(values**2, axis=1))
