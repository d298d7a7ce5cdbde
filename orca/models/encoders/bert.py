"""The encoder of BERT and RoBERTa: blocks of attention and a feed-forward network, norms after.

Source: Devlin et al. 2019 (arXiv:1810.04805); Liu et al. 2019 (arXiv:1907.11692); weights by the
names that Hugging Face's transformers gives them.
Written here rather than imported: transformers' module takes longer to import than torch itself.
"""

import re
from functools import partial
from pathlib import Path

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from orca.models import initialise
from orca.models.encoders.checkpointing import run_block
from orca.models.encoders.prompts import Prompted
from orca.models.loaded import Loaded
from orca.models.shapes import BertShape
from orca.models.weights import fill, read_tensors
from orca.settings import ModelSettings

STD = 0.02  # of random weights


class Attention(Prompted):
    """Every token looks at every token."""

    def __init__(self, shape: BertShape, dropout: float) -> None:
        super().__init__()
        self.heads, self.dropout = shape.heads, dropout
        self.query = nn.Linear(shape.width, shape.width)
        self.key = nn.Linear(shape.width, shape.width)
        self.value = nn.Linear(shape.width, shape.width)
        self.output = nn.Linear(shape.width, shape.width)

    def forward(
        self, hidden: Float[Tensor, "batch tokens width"]
    ) -> Float[Tensor, "batch tokens width"]:
        """Return the attended values of each token, mixed over the heads."""
        seen = self.seen(hidden)
        query, key, value = (
            states.unflatten(2, (self.heads, -1)).transpose(1, 2)
            for states in (self.query(hidden), self.key(seen), self.value(seen))
        )
        dropout = self.dropout if self.training else 0.0
        mixed = functional.scaled_dot_product_attention(query, key, value, dropout_p=dropout)
        return self.output(mixed.transpose(1, 2).flatten(2))


class Block(nn.Module):
    """Attention, then a feed-forward network; a norm after each."""

    def __init__(self, shape: BertShape, dropout: float) -> None:
        super().__init__()
        self.attention = Attention(shape, dropout)
        self.attention_norm = nn.LayerNorm(shape.width, eps=shape.eps)
        self.widen = nn.Linear(shape.width, shape.inner)
        self.narrow = nn.Linear(shape.inner, shape.width)
        self.norm = nn.LayerNorm(shape.width, eps=shape.eps)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, hidden: Float[Tensor, "batch tokens width"]
    ) -> Float[Tensor, "batch tokens width"]:
        """Return the tokens after this block."""
        hidden = self.attention_norm(hidden + self.dropout(self.attention(hidden)))
        wide = functional.gelu(self.widen(hidden))
        return self.norm(hidden + self.dropout(self.narrow(wide)))


class BertEncoder(nn.Module):
    """All blocks, without embedding and pooler."""

    def __init__(self, shape: BertShape, *, dropout: float, again: bool) -> None:
        super().__init__()
        self.again = again
        self.blocks = nn.ModuleList(Block(shape, dropout) for _ in range(shape.layers))

    def forward(
        self, tokens: Float[Tensor, "batch tokens width"]
    ) -> Float[Tensor, "batch tokens width"]:
        """Return the hidden states of the last block."""
        for block in self.blocks:
            tokens = run_block(block, tokens, again=self.again and self.training)
        return tokens


class WordEmbedding(nn.Module):
    """BERT's own embedding layer: words, positions, first token type, layer norm."""

    def __init__(self, shape: BertShape) -> None:
        super().__init__()
        self.first, self.padding = shape.first_position, shape.padding
        self.words = nn.Embedding(shape.vocabulary, shape.width)
        self.positions = nn.Embedding(shape.positions, shape.width)
        self.types = nn.Embedding(shape.types, shape.width)
        self.norm = nn.LayerNorm(shape.width, eps=shape.eps)

    def forward(self, numbers: Int[Tensor, "batch tokens"]) -> Float[Tensor, "batch tokens width"]:
        """Return the embedded tokens of whole sequences, padded at their end or not."""
        count = numbers.shape[1]
        places = torch.arange(self.first, self.first + count, device=numbers.device)
        return self.norm(self.words(numbers) + self.positions(places) + self.types.weight[0])


BLOCK_NAMES = {
    "attention.self.query": "attention.query",
    "attention.self.key": "attention.key",
    "attention.self.value": "attention.value",
    "attention.output.dense": "attention.output",
    "attention.output.LayerNorm": "attention_norm",
    "intermediate.dense": "widen",
    "output.dense": "narrow",
    "output.LayerNorm": "norm",
}
EMBEDDING_NAMES = {
    "word_embeddings": "words",
    "position_embeddings": "positions",
    "token_type_embeddings": "types",
    "LayerNorm": "norm",
}
ENDINGS = {"gamma": "weight", "beta": "bias"}  # of norms in the oldest files


def our_name(theirs: str) -> str | None:
    """Return `blocks.3.widen.weight` or `embedding.words.weight` for a name in the file."""
    path, _, ending = theirs.rpartition(".")
    ending = ENDINGS.get(ending, ending)
    block = re.search(r"encoder\.layer\.(\d+)\.(.+)$", path)
    if block and block[2] in BLOCK_NAMES:
        return f"blocks.{block[1]}.{BLOCK_NAMES[block[2]]}.{ending}"
    embedding = re.search(r"embeddings\.(\w+)$", path)
    if embedding and embedding[1] in EMBEDDING_NAMES:
        return f"embedding.{EMBEDDING_NAMES[embedding[1]]}.{ending}"
    return None


def _load_words(file: Path, shape: BertShape) -> WordEmbedding:
    with torch.device("meta"):
        words = WordEmbedding(shape)
    tensors = read_tensors(file, lambda name: (our_name(name) or "").partition("embedding.")[2])
    fill(words, tensors, file=file)
    return words.eval().requires_grad_(requires_grad=False)


def _random_words(shape: BertShape, seed: int) -> WordEmbedding:
    words = initialise.blank(lambda: WordEmbedding(shape))
    initialise.transformer_(words, STD, torch.Generator().manual_seed(seed))
    return words.eval().requires_grad_(requires_grad=False)


def load_bert(
    shape: BertShape, folder: Path | None, *, settings: ModelSettings, generator: torch.Generator
) -> Loaded:
    """Return a BERT in memory.

    Args:
        shape: its sizes.
        folder: where its weights lie; None for random weights.
        settings: dropout and gradient checkpointing.
        generator: of random weights.

    Raises:
        WeightsError: if the file lacks a weight or holds one of another size.
    """

    def make() -> BertEncoder:
        again = settings.gradient_checkpointing
        return BertEncoder(shape, dropout=settings.dropout, again=again)

    if folder is None:
        encoder = initialise.blank(make)
        initialise.transformer_(encoder, STD, generator)
        positions = torch.empty(shape.positions, shape.width)
        initialise.normal_(positions, STD, generator)
        norm = {"weight": torch.ones(shape.width), "bias": torch.zeros(shape.width)}
        seed = int(torch.randint(2**31, (), generator=generator))
        words = partial(_random_words, shape, seed)
    else:
        file = folder / "model.safetensors"
        tensors = read_tensors(file, our_name, leaving=("embedding.words", "embedding.types"))
        positions = tensors.pop("embedding.positions.weight")
        norm = {end: tensors.pop(f"embedding.norm.{end}") for end in ("weight", "bias")}
        with torch.device("meta"):
            encoder = make()
        fill(encoder, tensors, file=file)
        words = partial(_load_words, file, shape)
    return Loaded(
        kind="sequence",
        encoder=encoder,
        width=shape.width,
        hidden_width=shape.width,
        norm_weight=norm["weight"],
        norm_bias=norm["bias"],
        positions=positions[shape.first_position :],
        longest=shape.longest,
        words=words,
    )
