"""Precision."""

import numpy as np
import pytest
import torch

from orca.training.arithmetic import forward_pass, products
from tests.training.toys import CPU, ToySetup, history, make_finetune, run


@pytest.mark.parametrize(
    ("precision", "rounded"), [("float32", False), ("tf32", True), ("bfloat16", True)]
)
def test_products_are_rounded_where_asked_and_as_before_afterwards(precision, rounded):
    def flags():
        cudnn = torch.backends.cudnn
        return torch.backends.cuda.matmul.allow_tf32, cudnn.allow_tf32, cudnn.deterministic

    before = flags()
    with products(precision):
        assert flags() == (rounded, rounded, True)
    assert flags() == before


def test_outputs_losses_and_weights_stay_in_single_precision():
    model = ToySetup.of("minilm", (1, 40), sequence_length=8).build_for("finetune", None, seed=0)
    with forward_pass("bfloat16", CPU):
        hidden = model.encode(model.embed(torch.randn(2, 1, 40)))
        output = model.predict(hidden)
    assert output.dtype == torch.float32
    assert all(weight.dtype == torch.float32 for weight in model.parameters())
    with forward_pass("tf32", CPU):
        assert model(torch.randn(2, 1, 40)).dtype == torch.float32


def test_bfloat16_learns_and_validates_nearly_as_single_precision_does(tmp_path):
    told = {"epochs": 8, "validate_every": 1, "dropout": 0.0}
    rough, plain = (
        history(
            *run(make_finetune(tmp_path, precision=name, **told), tmp_path / name), "validation"
        )
        for name in ("bfloat16", "float32")
    )
    assert rough != [rough[0]] * 8
    assert np.mean(np.abs(np.subtract(rough, plain))) < 15
