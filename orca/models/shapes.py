"""Sizes of the transformers that bodies are built from; loads no library."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class BertShape:
    """Sizes of a BERT or RoBERTa.

    Args:
        layers: blocks.
        width: numbers per token.
        heads: of attention.
        inner: width of the feed-forward network.
        vocabulary: words that the embedding knows.
        positions: rows of its position table.
        first_position: row of the first token: 0 for BERT, 2 for RoBERTa.
        types: token types; the first is used.
        padding: number of the padding token.
        eps: of the layer norms.
    """

    layers: int
    width: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    first_position: int = 0
    types: int = 2
    padding: int = 0
    eps: float = 1e-12

    @property
    def longest(self) -> int:
        """Tokens that it takes at most."""
        return self.positions - self.first_position
