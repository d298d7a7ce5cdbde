"""BERT and RoBERTa: blocks of attention and a feed-forward network, norms after.

Source: Devlin et al. 2019 (arXiv:1810.04805); Liu et al. 2019 (arXiv:1907.11692).
"""

from pathlib import Path

import torch
from transformers import AutoConfig

from orca.models.encoders.library import build, sequence_body
from orca.models.loaded_body import LoadedBody
from orca.models.settings import ModelSettings
from orca.models.shapes import BertShape


def load_bert(
    shape: BertShape, folder: Path | None, *, settings: ModelSettings, generator: torch.Generator
) -> LoadedBody:
    """Return a BERT or RoBERTa in memory.

    Args:
        shape: its sizes.
        folder: where its weights lie; None for random weights.
        settings: dropout, of hidden states and attention alike, and gradient checkpointing.
        generator: of random weights.

    Raises:
        WeightsError: if the file lacks a weight or holds one of another size.
        SettingsError: if more blocks are to be kept than there are.
    """
    config = AutoConfig.for_model(
        shape.family,
        hidden_size=shape.width,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.inner,
        vocab_size=shape.vocabulary,
        max_position_embeddings=shape.positions,
        type_vocab_size=shape.types,
        pad_token_id=shape.padding,
        layer_norm_eps=shape.eps,
        hidden_dropout_prob=settings.dropout,
        attention_probs_dropout_prob=settings.dropout,
    )
    model = build(config, folder, settings=settings, generator=generator, add_pooling_layer=False)
    table = model.embeddings.position_embeddings.weight.detach()
    return sequence_body(
        model,
        settings=settings,
        projections=("query", "key", "value"),
        longest=shape.longest,
        positions=table[shape.first_position :],
    )
