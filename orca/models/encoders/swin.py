"""Swin: attention within windows that are shifted in every other block.

Source: Liu et al. 2021 (arXiv:2103.14030).
Differs from the paper of Swin, as Hugging Face's version does: a sample may skip the attention of
a block while training (stochastic depth), but not its feed-forward network.
"""

import math
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from transformers import AutoConfig

from orca.errors import SettingsError
from orca.models.encoders.library import build
from orca.models.loaded_body import LoadedBody, PatchFilters
from orca.models.settings import ModelSettings
from orca.models.shapes import SwinShape


class SwinEncoder(nn.Module):
    """All stages and the last norm of the library's model, by the library's names."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.encoder, self.layernorm = model.encoder, model.layernorm

    def forward(
        self, tokens: Float[Tensor, "batch tokens width"]
    ) -> Float[Tensor, "batch hidden_tokens hidden_width"]:
        """Return the hidden states of the last stage; tokens lie on a square grid."""
        side = math.isqrt(tokens.shape[1])
        self._shift_where_windows_are_many(side)
        stages = self.encoder(tokens, (side, side), always_partition=True)
        return self.layernorm(stages.last_hidden_state)

    def _shift_where_windows_are_many(self, side: int) -> None:
        """Let every other block shift its windows, except where one window holds the whole grid.

        The library does so too, but permanently shrinks its windows to a grid that is smaller than
        them, which then do not fit its table of relative positions. Here such a grid is padded.
        """
        for stage in self.encoder.layers:
            for number, block in enumerate(stage.blocks):
                shifted = number % 2 == 1 and side > block.window_size
                block.shift_size = block.window_size // 2 if shifted else 0
            side = math.ceil(side / 2)


def load_swin(
    shape: SwinShape, folder: Path | None, *, settings: ModelSettings, generator: torch.Generator
) -> LoadedBody:
    """Return a Swin in memory; arguments and errors as of `Body.load`.

    Dropout is of hidden states and attention alike.
    """
    config = AutoConfig.for_model(
        "swin",
        image_size=shape.side,
        patch_size=shape.patch,
        embed_dim=shape.width,
        depths=list(shape.depths),
        num_heads=list(shape.heads),
        window_size=shape.window,
        mlp_ratio=shape.inner,
        drop_path_rate=shape.drop_path,
        hidden_dropout_prob=settings.dropout,
        attention_probs_dropout_prob=settings.dropout,
    )
    if settings.layers is not None:
        raise SettingsError(
            where="model.layers",
            what="a body of grids keeps all of its blocks, since each stage halves the grid",
            mend="set it to null for this body",
        )
    model = build(config, folder, settings=settings, generator=generator, add_pooling_layer=False)
    for stage in model.encoder.layers:  # its blocks are checkpointed each by itself already
        stage.gradient_checkpointing = False
    norm, patch = model.embeddings.norm, model.embeddings.patch_embeddings.projection
    return LoadedBody(
        kind="grid",
        encoder=SwinEncoder(model),
        width=shape.width,
        hidden_width=shape.hidden_width,
        norm_weight=norm.weight.detach(),
        norm_bias=norm.bias.detach(),
        side=shape.side,
        patch=PatchFilters(weight=patch.weight.detach(), bias=patch.bias.detach()),
        reduction=shape.reduction,
        projections=("q_proj", "k_proj", "v_proj"),
    )
