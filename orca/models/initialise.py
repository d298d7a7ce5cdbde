"""Random starts, all from a generator: equal seeds give equal weights."""

import math
from collections.abc import Callable
from typing import TypeVar

import torch
from torch import nn

M = TypeVar("M", bound=nn.Module)
STD = 0.02  # of a transformer's random weights


def blank(make: Callable[[], M]) -> M:
    """Return what `make` makes, its weights not filled yet, leaving global randomness alone.

    Written out, since PyTorch's `to_empty` loads an algebra system.
    """
    with torch.device("meta"):
        module = make()
    for part in module.modules():
        for name, weight in list(part.named_parameters(recurse=False)):
            part.register_parameter(name, nn.Parameter(torch.empty(weight.shape)))
    return module


def table(rows: int, width: int) -> nn.Embedding:
    """Return embeddings that are not filled: to fill them inside `blank` loads a compiler."""
    return nn.Embedding(rows, width, _weight=torch.empty(rows, width))


@torch.no_grad()
def linear_default_(module: nn.Module, generator: torch.Generator) -> None:
    """Fill linear layers uniformly within 1/sqrt(inputs), as PyTorch does for a new layer."""
    for layer in module.modules():
        if isinstance(layer, nn.Linear):
            bound = 1 / math.sqrt(layer.in_features)
            layer.weight.uniform_(-bound, bound, generator=generator)
            layer.bias.uniform_(-bound, bound, generator=generator)


@torch.no_grad()
def transformer_(module: nn.Module, generator: torch.Generator, std: float = STD) -> None:
    """Fill a transformer: linear layers and tables normal, biases 0, norms 1 and 0.

    Other parameters (relative position biases) start at 0.

    Source: Devlin et al. 2019 (BERT), and Hugging Face's initialisation of BERT and Swin.
    """
    known: set[int] = set()
    for part in module.modules():
        if isinstance(part, nn.Linear | nn.Embedding | nn.Conv1d | nn.Conv2d):
            part.weight.normal_(0.0, std, generator=generator)
            known.add(id(part.weight))
        elif isinstance(part, nn.LayerNorm):
            part.weight.fill_(1.0)
            known.add(id(part.weight))
    for parameter in module.parameters():
        if id(parameter) not in known:
            parameter.zero_()
