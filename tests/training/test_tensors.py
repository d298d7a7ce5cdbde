"""What is stored of a trained model gives the same model back, whichever body it has."""

import pytest
import torch

from orca.methods.method import METHODS
from orca.models.body import BODIES
from orca.training.tensor_file import load_trained, read_tensors, trained_tensors, write_tensors
from tests.training.toys import ToySetup


@pytest.mark.parametrize("method", ["finetune", "fpt", "orca_lora"])
@pytest.mark.parametrize("body", sorted(BODIES))
def test_stored_weights_make_the_same_model_of_one_with_another_start(body, method, tmp_path):
    setup, own = (
        ToySetup.of(body, (2, 20, 24), sequence_length=16),
        METHODS[method].own_settings({}),
    )
    trained, other = (setup.build_for(method, own, seed=seed).eval() for seed in (1, 2))
    write_tensors(tmp_path / "weights.safetensors", trained_tensors(trained))
    load_trained(other, read_tensors(tmp_path / "weights.safetensors")[0], where="here")
    inputs = torch.randn(2, 2, 20, 24)
    torch.testing.assert_close(other(inputs), trained(inputs), atol=0, rtol=0)
