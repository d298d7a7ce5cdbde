"""Prompts: tokens that are learned and that every token of a block can look at.

Source: Jia et al. 2022 (arXiv:2203.12119), deep prompts: new ones in every block, whose own output
is dropped, so that they are further keys and values and nothing else.
"""

import torch
from jaxtyping import Float
from torch import Generator, Tensor, nn

from orca.models import initialise


class Prompted(nn.Module):
    """An attention layer that may have prompts."""

    prompts: nn.Parameter | None

    def __init__(self) -> None:
        super().__init__()
        self.register_parameter("prompts", None)

    def add_prompts(self, count: int, width: int, generator: Generator) -> None:
        """Give it `count` prompts, started at random."""
        self.prompts = nn.Parameter(torch.empty(count, width))
        initialise.xavier_(self.prompts, 1.0, generator)

    def seen(
        self, tokens: Float[Tensor, "batch tokens width"]
    ) -> Float[Tensor, "batch seen width"]:
        """Return what can be looked at: the tokens, and the prompts behind them."""
        if self.prompts is None:
            return tokens
        prompts = self.prompts.to(tokens.dtype).expand(len(tokens), -1, -1)
        return torch.cat([tokens, prompts], dim=1)
