"""The checks of annotations that all tests run under."""

import pytest
import torch
from jaxtyping import TypeCheckError

from orca.models.embedder import between
from tests.annotations import CALLS


@pytest.mark.parametrize("turn", ["in one test", "in the next"])
def test_a_wrong_shape_is_an_error_among_the_first_calls_of_each_test(turn):
    with pytest.raises(TypeCheckError, match="positions"):
        between(torch.ones(3), 2, step=1.0)
    for _ in range(CALLS):
        assert between(torch.ones(3, 4), 2, step=1.0).shape == (2, 4)
    between(torch.ones(3), 2, step=1.0)  # from here on it is checked no longer
