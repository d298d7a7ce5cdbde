"""Bodies of sequences: a transformer behind embedded tokens, and its own embedding of words."""

from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from orca.errors import SettingsError
from orca.models.loaded_body import LoadedBody
from orca.models.settings import ModelSettings


class _NoEmbedding(nn.Module):
    """Stands where a transformer embeds words: the tokens come embedded."""

    def forward(
        self, words: None = None, inputs_embeds: Any = None, *_: object, **__: object
    ) -> Tensor:
        return inputs_embeds


class SequenceEncoder(nn.Module):
    """All of a transformer behind its embedding layer."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model
        self.model.embeddings = _NoEmbedding()

    def forward(
        self, tokens: Float[Tensor, "batch tokens width"]
    ) -> Float[Tensor, "batch tokens hidden_width"]:
        """Return the hidden states behind the last block and norm."""
        return self.model(inputs_embeds=tokens).last_hidden_state


def _keep_blocks(model: nn.Module, layers: int) -> None:
    """Leave a transformer its first blocks alone."""
    blocks = next(part for part in model.modules() if isinstance(part, nn.ModuleList))
    if layers > len(blocks):
        raise SettingsError(
            where="model.layers",
            what=f"{layers} blocks are to be kept, and this body has {len(blocks)}",
            mend=f"name {len(blocks)} at most, or null for all",
        )
    del blocks[layers:]


class WordEmbedding(nn.Module):
    """A model's own embedding layer, frozen: words, positions and token type, as it has them."""

    def __init__(self, embeddings: nn.Module, padding: int) -> None:
        super().__init__()
        self.embeddings, self.padding = embeddings, padding
        self.eval().requires_grad_(requires_grad=False)

    def forward(self, numbers: Int[Tensor, "batch tokens"]) -> Float[Tensor, "batch tokens width"]:
        """Return the embedded tokens of whole sequences, padded at their end or not."""
        return self.embeddings(input_ids=numbers)


def sequence_body(
    model: Any,
    *,
    settings: ModelSettings,
    projections: tuple[str, ...],
    longest: int,
    padding: int,
    positions: Float[Tensor, "longest width"] | None = None,
) -> LoadedBody:
    """Return a body of sequences around a transformer; see `LoadedBody`.

    Args:
        model: has `embeddings`, blocks in its first list of modules, and `last_hidden_state`.
        settings: how many of its blocks are kept.
        projections: of its attention.
        longest: tokens that it takes at most.
        padding: number of the padding token.
        positions: its table, from the first token on.

    Raises:
        SettingsError: if it has fewer blocks than are to be kept.
    """
    if settings.layers is not None:
        _keep_blocks(model, settings.layers)
    words = WordEmbedding(model.embeddings, padding)
    norm = next(part for part in words.modules() if isinstance(part, nn.LayerNorm))
    width = len(norm.weight)
    return LoadedBody(
        kind="sequence",
        encoder=SequenceEncoder(model),
        width=width,
        hidden_width=width,
        norm_weight=norm.weight,
        norm_bias=torch.zeros(width) if norm.bias is None else norm.bias,
        positions=positions,
        longest=longest,
        projections=projections,
        words=words,
    )
