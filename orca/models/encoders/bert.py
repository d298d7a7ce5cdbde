"""BERT and RoBERTa: blocks of attention and a feed-forward network, norms after.

The parts have the names of Hugging Face's version, so that its files fit; it is written out here
since importing that library takes longer than a short run.

Source: Devlin et al. 2019 (arXiv:1810.04805); Liu et al. 2019 (arXiv:1907.11692).
"""

from pathlib import Path
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from orca.models import initialise
from orca.models.encoders.prompts import with_prompts
from orca.models.encoders.sequence import sequence_body
from orca.models.encoders.weight_file import read_into
from orca.models.loaded_body import LoadedBody
from orca.models.settings import ModelSettings
from orca.models.shapes import BertShape


class EncoderOutput(NamedTuple):
    """What the transformer returns."""

    last_hidden_state: Tensor


class Embeddings(nn.Module):
    """Words, positions and the first token type, under one norm."""

    def __init__(self, shape: BertShape, dropout: float) -> None:
        super().__init__()
        self.shape = shape
        self.word_embeddings = initialise.table(shape.vocabulary, shape.width)
        if shape.family == "bert":  # the order of the library's random weights
            self.position_embeddings = initialise.table(shape.positions, shape.width)
        self.token_type_embeddings = initialise.table(shape.types, shape.width)
        if shape.family == "roberta":
            self.position_embeddings = initialise.table(shape.positions, shape.width)
        self.LayerNorm = nn.LayerNorm(shape.width, eps=shape.eps)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, input_ids: Int[Tensor, "batch tokens"]
    ) -> Float[Tensor, "batch tokens width"]:
        """Return the embedded tokens; RoBERTa's padding all has the position of its number."""
        places = torch.arange(input_ids.shape[1], device=input_ids.device)[None]
        if self.shape.family == "roberta":
            words = input_ids.ne(self.shape.padding).long()
            places = words.cumsum(dim=1) * words + self.shape.padding
        tokens = self.word_embeddings(input_ids) + self.token_type_embeddings.weight[0]
        return self.dropout(self.LayerNorm(tokens + self.position_embeddings(places)))


class SelfAttention(nn.Module):
    """Attention of several heads, to all tokens, and to prompts where a method adds them."""

    def __init__(self, shape: BertShape, dropout: float) -> None:
        super().__init__()
        self.heads, self.dropout = shape.heads, dropout
        self.query = nn.Linear(shape.width, shape.width)
        self.key = nn.Linear(shape.width, shape.width)
        self.value = nn.Linear(shape.width, shape.width)
        self.prompts: nn.Module | None = None

    def forward(
        self, tokens: Float[Tensor, "batch tokens width"]
    ) -> Float[Tensor, "batch tokens width"]:
        """Return what each token gathers from the others."""
        query, key, value = (
            layer(tokens).unflatten(2, (self.heads, -1)).transpose(1, 2)
            for layer in (self.query, self.key, self.value)
        )
        if self.prompts is not None:
            key, value = with_prompts(self, key, value)
        dropout = self.dropout if self.training else 0.0
        seen = functional.scaled_dot_product_attention(query, key, value, dropout_p=dropout)
        return seen.transpose(1, 2).flatten(2)


class AddAndNorm(nn.Module):
    """A linear layer whose output is added to another path, under a norm."""

    def __init__(self, inner: int, shape: BertShape, dropout: float) -> None:
        super().__init__()
        self.dense = nn.Linear(inner, shape.width)
        self.LayerNorm = nn.LayerNorm(shape.width, eps=shape.eps)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, hidden: Float[Tensor, "batch tokens inner"], past: Float[Tensor, "batch tokens width"]
    ) -> Float[Tensor, "batch tokens width"]:
        """Return the norm of the sum."""
        return self.LayerNorm(self.dropout(self.dense(hidden)) + past)


class Block(nn.Module):
    """Attention, then a feed-forward network of one hidden layer."""

    def __init__(self, shape: BertShape, dropout: float) -> None:
        super().__init__()
        self.attention = nn.ModuleDict(
            {
                "self": SelfAttention(shape, dropout),
                "output": AddAndNorm(shape.width, shape, dropout),
            }
        )
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(shape.width, shape.inner)})
        self.output = AddAndNorm(shape.inner, shape, dropout)

    def forward(
        self, tokens: Float[Tensor, "batch tokens width"]
    ) -> Float[Tensor, "batch tokens width"]:
        """Return the tokens behind the block."""
        tokens = self.attention["output"](self.attention["self"](tokens), tokens)
        return self.output(functional.gelu(self.intermediate["dense"](tokens)), tokens)


class Bert(nn.Module):
    """The transformer."""

    def __init__(self, shape: BertShape, settings: ModelSettings) -> None:
        super().__init__()
        self.again = settings.gradient_checkpointing
        self.embeddings: nn.Module = Embeddings(shape, settings.dropout)
        blocks = [Block(shape, settings.dropout) for _ in range(shape.layers)]
        self.encoder = nn.ModuleDict({"layer": nn.ModuleList(blocks)})

    def forward(self, *, inputs_embeds: Float[Tensor, "batch tokens width"]) -> EncoderOutput:
        """Return the hidden states behind the last block."""
        tokens = self.embeddings(inputs_embeds=inputs_embeds)
        for block in self.encoder["layer"].children():
            if self.again and self.training:
                tokens = checkpoint(block, tokens, use_reentrant=False)
            else:
                tokens = block(tokens)
        return EncoderOutput(tokens)


def load_bert(
    shape: BertShape, folder: Path | None, *, settings: ModelSettings, generator: torch.Generator
) -> LoadedBody:
    """Return a BERT or RoBERTa in memory; arguments and errors as of `Body.load`.

    Dropout is of hidden states and attention alike.
    """
    model = initialise.blank(lambda: Bert(shape, settings))
    if folder is None:
        initialise.transformer_(model, generator)
    else:
        read_into(model, folder, prefix=f"{shape.family}.")
    table = model.get_parameter("embeddings.position_embeddings.weight").detach()
    return sequence_body(
        model,
        settings=settings,
        projections=("query", "key", "value"),
        longest=shape.longest,
        padding=shape.padding,
        positions=table[shape.first_position :],
    )
