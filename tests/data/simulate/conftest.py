import numpy as np
import pytest


@pytest.fixture
def relative_error():
    """Root mean square of a difference, per that of the second array."""

    def measure(found, expected):
        return float(
            np.sqrt(np.mean((np.asarray(found) - expected) ** 2) / np.mean(np.square(expected)))
        )

    return measure
