"""Sizes of the transformers that bodies are built from; loads no library."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class BertShape:
    """Sizes of a BERT or RoBERTa.

    Args:
        family: which of the two; they differ in their embedding layer.
        layers: blocks.
        width: numbers per token.
        heads: of attention.
        inner: width of the feed-forward network.
        vocabulary: words that the embedding knows.
        positions: rows of its position table.
        types: token types; the first is used.
        padding: number of the padding token.
        eps: of the layer norms.
    """

    family: Literal["bert", "roberta"] = "bert"
    layers: int
    width: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    types: int = 2
    padding: int = 0
    eps: float = 1e-12

    @property
    def first_position(self) -> int:
        """Row of the first token in the position table.

        Differs from the official code: there it is RoBERTa's for BERT too, which counts from 0.
        """
        return self.padding + 1 if self.family == "roberta" else 0

    @property
    def hidden_width(self) -> int:
        """Numbers per token of the last block."""
        return self.width

    @property
    def longest(self) -> int:
        """Tokens that it takes at most."""
        return self.positions - self.first_position


@dataclass(frozen=True, kw_only=True)
class SwinShape:
    """Sizes of a Swin transformer.

    Args:
        side: points along each side of the images it was pretrained on.
        patch: side of a patch.
        width: numbers per token of the first stage; doubled from stage to stage.
        depths: blocks of each stage; an even number, as every other one has shifted windows.
        heads: of attention, of each stage.
        window: tokens along each side of a window.
        inner: width of the feed-forward network over the stage's width.
        drop_path: share of samples that skip the attention of the last block while training;
            the first block has 0, those between lie on a line.
    """

    side: int
    patch: int
    width: int
    depths: tuple[int, ...]
    heads: tuple[int, ...]
    window: int
    inner: int = 4
    drop_path: float = 0.1

    @property
    def reduction(self) -> int:
        """Patches along an axis that one token of the last stage covers."""
        return 2 ** (len(self.depths) - 1)

    @property
    def hidden_width(self) -> int:
        """Numbers per token of the last stage."""
        return self.width * self.reduction
