"""A body in memory: its layers, and what embedder and source data take from it."""

from dataclasses import dataclass, replace
from typing import Literal

from jaxtyping import Float
from torch import Tensor, nn


@dataclass(frozen=True, kw_only=True)
class PatchFilters:
    """The body's own patch convolution: its stride equals its kernel."""

    weight: Float[Tensor, "width channels kernel kernel"]
    bias: Float[Tensor, " width"]


@dataclass(frozen=True, kw_only=True)
class LoadedBody:
    """A body in memory, pretrained or with random weights.

    Args:
        kind: what its tokens are: a sequence, or a grid.
        encoder: from tokens [batch, tokens, width] to hidden states, of the same number of
            tokens or fewer: every block of the body, and its last norm. The tokens of a grid
            come row by row, and the grid is square.
        width: numbers per token that it takes.
        hidden_width: numbers per token that it gives.
        norm_weight: of the layer norm in the body's own embedding.
        norm_bias: the bias of the same norm.
        positions: the body's position embeddings, from the first token on; None if the body finds
            positions without them.
        longest: tokens that it takes at most; sequences only.
        side: points along each side of the images it was pretrained on; grids only.
        patch: its own patch convolution; grids only.
        reduction: patches along an axis that one token of the last block covers.
        projections: names of the linear layers that make queries, keys and values, in this order;
            one name where one layer makes all.
        words: the body's own embedding layer, from token numbers [batch, tokens] to
            [batch, tokens, width]; sequences only.
    """

    kind: Literal["sequence", "grid"]
    encoder: nn.Module
    width: int
    hidden_width: int
    projections: tuple[str, ...]
    norm_weight: Float[Tensor, " width"]
    norm_bias: Float[Tensor, " width"]
    positions: Float[Tensor, "longest width"] | None = None
    longest: int | None = None
    side: int = 0
    patch: PatchFilters | None = None
    reduction: int = 1
    words: nn.Module | None = None

    def in_single_precision(self) -> "LoadedBody":
        """Return the body with all weights in float32; encoder and embedding change in their place."""
        for part in (self.encoder, self.words):
            if part is not None:
                part.float()
        patch = self.patch
        return replace(
            self,
            norm_weight=self.norm_weight.float(),
            norm_bias=self.norm_bias.float(),
            positions=None if self.positions is None else self.positions.float(),
            patch=patch and PatchFilters(weight=patch.weight.float(), bias=patch.bias.float()),
        )
