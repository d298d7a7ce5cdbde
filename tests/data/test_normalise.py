"""Normalising constants of too few samples."""

import numpy as np
import pytest

from orca.data.normalise import unit_gaussian
from orca.errors import DataError


def test_an_unbiased_deviation_of_one_sample_is_refused():
    one = np.arange(6.0).reshape(1, 2, 3)
    with pytest.raises(DataError, match=r"1 value for a constant.*\nMend: .*`per_channel`"):
        unit_gaussian("per_position", [one])
    assert np.isfinite(unit_gaussian("per_channel", [one]).std).all()
