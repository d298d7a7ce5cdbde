import pytest
import torch

from orca.training.optimizer import make_optimizer, optimizer_tensors, restore_optimizer
from orca.training.settings import OptimizerSettings


def descend(weight, optimizer, steps):
    for _ in range(steps):
        optimizer.zero_grad()
        (weight**2).sum().backward()
        optimizer.step()


@pytest.mark.parametrize("name", ["adamw", "adam", "sgd"])
def test_a_restored_optimizer_goes_on_as_if_it_had_never_stopped(name):
    settings = OptimizerSettings(name=name, learning_rate=0.1, weight_decay=0.01)
    whole = torch.nn.Parameter(torch.arange(4.0))
    descend(whole, make_optimizer([whole], settings), 6)

    half = torch.nn.Parameter(torch.arange(4.0))
    first = make_optimizer([half], settings)
    descend(half, first, 3)
    second = make_optimizer([half], settings)
    restore_optimizer(second, optimizer_tensors(first))
    descend(half, second, 3)
    assert torch.equal(whole, half)


def test_weights_that_want_no_gradient_are_left_out():
    frozen = torch.nn.Parameter(torch.ones(2), requires_grad=False)
    trained = torch.nn.Parameter(torch.ones(3))
    optimizer = make_optimizer([frozen, trained], OptimizerSettings())
    (group,) = optimizer.param_groups
    assert group["params"] == [trained]
    assert group["lr"] == OptimizerSettings().learning_rate
