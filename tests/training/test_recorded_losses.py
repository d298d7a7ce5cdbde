"""What a change should not move: the losses of the first ten optimizer steps of each method.

`tests/reference/training_losses.json` has them, after an alignment of two epochs for the methods
that align. A change that should move them records them again, and says so:
python -m tests.training.record_losses
"""

import json

import pytest
import torch

from tests.training.record_losses import METHODS, RECORDED, STEPS, first_losses

LOSSES = json.loads(RECORDED.read_text())


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_every_method_that_differs_from_the_others_is_recorded():
    assert sorted(LOSSES) == METHODS
    assert {len(losses) for losses in LOSSES.values()} == {STEPS}


@pytest.mark.parametrize("name", METHODS)
def test_the_first_steps_of_a_method_are_those_that_were_recorded(name, place, tmp_path):
    assert first_losses(name, place, tmp_path) == pytest.approx(LOSSES[name], rel=1e-6)
