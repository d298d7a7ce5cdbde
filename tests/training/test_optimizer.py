import pytest
import torch

from orca.training.optimizer import Optimizer
from orca.training.settings import OptimizerSettings

every_optimizer = pytest.mark.parametrize("name", ["adamw", "adam", "sgd"])


def descend(weight, optimizer, steps):
    for _ in range(steps):
        optimizer.clear_gradients()
        (weight**2).sum().backward()
        optimizer.step()


@every_optimizer
def test_a_restored_optimizer_goes_on_as_if_it_had_never_stopped(name):
    settings = OptimizerSettings(name=name, learning_rate=0.1, weight_decay=0.01)
    whole = torch.nn.Parameter(torch.arange(4.0))
    descend(whole, Optimizer([whole], settings), 6)

    half = torch.nn.Parameter(torch.arange(4.0))
    first = Optimizer([half], settings)
    descend(half, first, 3)
    second = Optimizer([half], settings)
    second.restore(first.tensors())
    descend(half, second, 3)
    assert torch.equal(whole, half)


def pytorch_beside_ours(name, momentum, **kind):
    """Return four weights and copies of them, our optimizer of the ones and PyTorch's of the others."""
    settings = OptimizerSettings(name=name, learning_rate=0.1, weight_decay=0.01, momentum=momentum)
    weights = [torch.nn.Parameter(torch.randn(3, 5)) for _ in range(4)]
    copies = [torch.nn.Parameter(weight.detach().clone()) for weight in weights]
    further = {"momentum": momentum} if name == "sgd" else {"betas": settings.betas}
    classes = {"adamw": torch.optim.AdamW, "adam": torch.optim.Adam, "sgd": torch.optim.SGD}
    theirs = classes[name](copies, lr=0.1, weight_decay=0.01, **kind, **further)
    return weights, copies, Optimizer(weights, settings), theirs


def draw_gradients(weights, copies, given):
    """Give weights and their copies equal gradients, or none."""
    for weight, copy, has in zip(weights, copies, given, strict=True):
        weight.grad = torch.randn(3, 5) if has else None
        copy.grad = weight.grad.clone() if has else None


@every_optimizer
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_steps_are_those_of_pytorch_s_classes_to_the_bit(name, momentum):
    weights, copies, ours, theirs = pytorch_beside_ours(name, momentum, fused=True)
    for step in range(5):
        ours.rate = theirs.param_groups[0]["lr"] = 0.1 / (step + 1)
        draw_gradients(weights, copies, [True, True, True, False])  # the last never has one
        ours.step()
        theirs.step()
        assert all(map(torch.equal, weights, copies))
    numbers = theirs.state_dict()["state"]
    expected = {
        f"{n}.{key}": v for n, state in numbers.items() for key, v in state.items() if v is not None
    }
    assert ours.tensors().keys() == expected.keys()
    assert all(torch.equal(value, expected[key]) for key, value in ours.tensors().items())


@every_optimizer
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_gradients_that_come_late_or_never_move_weights_as_pytorch_s_classes_do(name, momentum):
    weights, copies, ours, theirs = pytorch_beside_ours(name, momentum, foreach=False)
    has_gradient = [  # of four weights, at each step: always, late, now and then, never
        lambda step: step > 0,
        lambda step: step > 2,
        lambda step: step % 2 == 1,
        lambda step: False,
    ]
    for step in range(8):  # at the first one, no weight has a gradient
        draw_gradients(weights, copies, [has(step) for has in has_gradient])
        ours.step()
        theirs.step()
        for weight, copy in zip(weights, copies, strict=True):
            torch.testing.assert_close(weight, copy, rtol=1e-6, atol=1e-7)
    assert not any(key.startswith("3.") for key in ours.tensors())


def test_weights_that_want_no_gradient_are_left_out():
    frozen = torch.nn.Parameter(torch.ones(2), requires_grad=False)
    trained = torch.nn.Parameter(torch.ones(3))
    assert Optimizer([frozen, trained], OptimizerSettings()).weights == [trained]
