"""Prompts: tokens that are learned and that every token of a block can look at.

Source: Jia et al. 2022 (arXiv:2203.12119), deep prompts: new ones in every block, whose own output
is dropped, so that they are further keys and values and nothing else.
"""

from typing import Any

import torch
from jaxtyping import Float
from torch import Generator, Tensor, nn
from torch.nn import functional

NAME = "sdpa_with_prompts"  # by which the library knows this attention


class Prompts(nn.Module):
    """The prompts of one attention layer, started at random; arguments as of `add_prompts`."""

    def __init__(
        self, count: int, *, layers: tuple[str, str], width: int, generator: Generator
    ) -> None:
        super().__init__()
        self.layers = layers
        self.tokens = nn.Parameter(torch.empty(count, width))
        nn.init.xavier_uniform_(self.tokens, generator=generator)


def _joined(
    states: Float[Tensor, "batch heads tokens part"], further: Float[Tensor, "prompts width"]
) -> Float[Tensor, "batch heads seen part"]:
    heads = further.unflatten(1, (states.shape[1], -1)).transpose(0, 1).to(states.dtype)
    return torch.cat([states, heads.expand(len(states), -1, -1, -1)], dim=2)


def with_prompts(
    attention: Any,
    key: Float[Tensor, "batch heads tokens part"],
    value: Float[Tensor, "batch heads tokens part"],
) -> tuple[Float[Tensor, "batch heads seen part"], Float[Tensor, "batch heads seen part"]]:
    """Return the keys and values of the tokens, then of the attention's prompts."""
    prompts: Prompts = attention.prompts
    made_key, made_value = (getattr(attention, name)(prompts.tokens) for name in prompts.layers)
    return _joined(key, made_key), _joined(value, made_value)


def _attend(
    attention: Any, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, **options: Any
) -> tuple[Tensor, None]:
    """Attend to tokens and prompts; called by the library's attention layers."""
    from transformers.integrations.sdpa_attention import sdpa_attention_forward

    key, value = with_prompts(attention, key, value)
    if mask is not None:  # prompts have no place, so no bias, and all may look at them
        mask = functional.pad(mask, (0, len(attention.prompts.tokens)))
    return sdpa_attention_forward(attention, query, key, value, mask, **options)


def add_prompts(
    body: nn.Module, count: int, *, layers: tuple[str, str], generator: Generator
) -> None:
    """Give every attention layer of a body prompts of its own.

    Args:
        body: an encoder around a model of the library.
        count: of prompts, per layer.
        layers: the names of an attention's linear layers that make keys and values.
        generator: of their start.
    """
    from transformers import AttentionInterface, PreTrainedModel

    AttentionInterface.register(NAME, _attend)
    for part in list(body.modules()):
        if isinstance(part, PreTrainedModel):
            part.set_attn_implementation(NAME)
        if isinstance(linear := getattr(part, layers[0], None), nn.Linear):
            width = linear.in_features
            part.prompts = Prompts(count, layers=layers, width=width, generator=generator)
