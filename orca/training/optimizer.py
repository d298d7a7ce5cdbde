"""Optimizers, and their state as named tensors and plain numbers."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from orca.training.settings import OptimizerSettings


def make_optimizer(
    parameters: Iterable[nn.Parameter], settings: OptimizerSettings
) -> torch.optim.Optimizer:
    """Return the optimizer that the settings name, over the parameters that want a gradient.

    Args:
        parameters: of the model and of the method's own modules.
        settings: which optimizer, with which constants.
    """
    trained = [parameter for parameter in parameters if parameter.requires_grad]
    rate, decay = settings.learning_rate, settings.weight_decay
    makers = {
        "adamw": lambda: torch.optim.AdamW(
            trained, lr=rate, betas=settings.betas, weight_decay=decay, fused=True
        ),
        "adam": lambda: torch.optim.Adam(
            trained, lr=rate, betas=settings.betas, weight_decay=decay, fused=True
        ),
        "sgd": lambda: torch.optim.SGD(
            trained, lr=rate, momentum=settings.momentum, weight_decay=decay, fused=True
        ),
    }
    return makers[settings.name]()


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Set the learning rate of the next step."""
    for group in optimizer.param_groups:
        group["lr"] = rate


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Return the optimizer's running averages and step counts by name."""
    return {
        f"{number}.{key}": value
        for number, entries in optimizer.state_dict()["state"].items()
        for key, value in entries.items()
        if value is not None
    }


def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """Set the running averages and step counts that `optimizer_tensors` gave."""
    state: dict[int, dict[str, Any]] = {}
    for name, tensor in tensors.items():
        number, key = name.split(".", maxsplit=1)
        state.setdefault(int(number), {})[key] = tensor
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})
