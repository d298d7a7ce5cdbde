import numpy as np

from orca.data.simulation import Portion


def portion(samples, cells, frames=(0,), *, variant="standard", seed=0):
    """Samples by number, or the first ones, as they are drawn in the published data."""
    numbers = range(samples) if isinstance(samples, int) else samples
    return Portion(samples=numbers, cells=cells, frames=frames, seed=seed, variant=variant)


def relative_error(found, expected):
    """Root mean square of a difference, per that of the second array."""
    return float(
        np.sqrt(np.mean((np.asarray(found) - expected) ** 2) / np.mean(np.square(expected)))
    )
