"""The encoder of Swin: attention within windows that are shifted in every other block.

Source: Liu et al. 2021 (arXiv:2103.14030); weights by the names that Hugging Face gives them.
Differs from the paper of Swin, as Hugging Face's version does: a sample may skip the attention of
a block while training (stochastic depth), but not its feed-forward network.
"""

import math
import re
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from orca.models import initialise
from orca.models.encoders.checkpointing import run_block
from orca.models.encoders.prompts import Prompted
from orca.models.encoders.windows import grid_of, relative_places, window_mask, windows_of
from orca.models.loaded import Loaded, PatchFilters
from orca.models.shapes import SwinShape
from orca.models.weights import fill, read_tensors
from orca.settings import ModelSettings

STD = 0.02  # of random weights


class WindowAttention(Prompted):
    """Every token looks at the tokens of its window, with a bias for their relative places."""

    def __init__(self, width: int, heads: int, window: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.window, self.dropout = heads, window, dropout
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self.output = nn.Linear(width, width)
        self.bias = nn.Parameter(torch.empty((2 * window - 1) ** 2, heads))

    def relative_bias(self) -> Float[Tensor, "1 heads tokens tokens"]:
        """Return what is added to a pair's score, for each head."""
        places = relative_places(self.window).to(self.bias.device)
        tokens = self.window**2
        return self.bias[places].view(1, tokens, tokens, self.heads).permute(0, 3, 1, 2)

    def forward(
        self,
        windows: Float[Tensor, "batch_windows tokens width"],
        mask: Float[Tensor, "windows 1 tokens tokens"] | None,
    ) -> Float[Tensor, "batch_windows tokens width"]:
        """Return the attended values of each token, mixed over the heads."""
        seen = self.seen(windows)
        query, key, value = (
            states.unflatten(2, (self.heads, -1)).transpose(1, 2)
            for states in (self.query(windows), self.key(seen), self.value(seen))
        )
        bias = self.relative_bias()
        if mask is not None:
            repeats = len(windows) // len(mask)
            bias = (bias + mask.to(bias)).repeat(repeats, 1, 1, 1)
        if self.prompts is not None:  # they have no place, so no bias
            bias = functional.pad(bias, (0, len(self.prompts)))
        dropout = self.dropout if self.training else 0.0
        mixed = functional.scaled_dot_product_attention(
            query, key, value, attn_mask=bias.to(query.dtype), dropout_p=dropout
        )
        return self.output(mixed.transpose(1, 2).flatten(2))


class DropPath(nn.Module):
    """Sets a share of the samples to zero while training, and scales up the others."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def forward(self, branch: Float[Tensor, "batch *shape"]) -> Float[Tensor, "batch *shape"]:
        """Return the branch, or zeros for the samples that skip it."""
        if not self.training or self.share == 0.0:
            return branch
        kept = branch.new_empty(len(branch), *[1] * (branch.dim() - 1)).bernoulli_(1 - self.share)
        return branch * kept / (1 - self.share)


class Block(nn.Module):
    """Attention within windows, then a feed-forward network; a norm before each."""

    def __init__(
        self, shape: SwinShape, stage: int, *, shifted: bool, share: float, dropout: float
    ) -> None:
        super().__init__()
        width = shape.width * 2**stage
        self.window, self.shifted = shape.window, shifted
        self.attention_norm = nn.LayerNorm(width, eps=shape.eps)
        self.attention = WindowAttention(width, shape.heads[stage], shape.window, dropout)
        self.norm = nn.LayerNorm(width, eps=shape.eps)
        self.widen = nn.Linear(width, shape.inner * width)
        self.narrow = nn.Linear(shape.inner * width, width)
        self.dropout = nn.Dropout(dropout)
        self.drop_path = DropPath(share)

    def forward(
        self, hidden: Float[Tensor, "batch tokens width"]
    ) -> Float[Tensor, "batch tokens width"]:
        """Return the tokens of a square grid after this block."""
        attended = self._attend(self.attention_norm(hidden))
        hidden = hidden + self.drop_path(self.dropout(attended))
        wide = functional.gelu(self.widen(self.norm(hidden)))
        return hidden + self.dropout(self.narrow(wide))

    def _attend(
        self, hidden: Float[Tensor, "batch tokens width"]
    ) -> Float[Tensor, "batch tokens width"]:
        side = math.isqrt(hidden.shape[1])
        shift = self.window // 2 if self.shifted and side > self.window else 0
        filling = -side % self.window
        grid = hidden.unflatten(1, (side, side))
        if filling:
            grid = functional.pad(grid, (0, 0, 0, filling, 0, filling))
        if shift:
            grid = grid.roll((-shift, -shift), dims=(1, 2))
        mask = window_mask(side, self.window, shift)
        on_device = None if mask is None else mask.to(hidden.device)
        windows = self.attention(windows_of(grid, self.window), on_device)
        grid = grid_of(windows, self.window, side + filling)
        if shift:
            grid = grid.roll((shift, shift), dims=(1, 2))
        return grid[:, :side, :side].flatten(1, 2)


class Merging(nn.Module):
    """Four neighbouring tokens become one of twice the width."""

    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(4 * width, eps=eps)
        self.reduction = nn.Linear(4 * width, 2 * width, bias=False)

    def forward(
        self, hidden: Float[Tensor, "batch tokens width"]
    ) -> Float[Tensor, "batch merged twice_width"]:
        """Return the merged tokens of a square grid, filled up to an even side with zeros."""
        side = math.isqrt(hidden.shape[1])
        grid = hidden.unflatten(1, (side, side))
        if side % 2:
            grid = functional.pad(grid, (0, 0, 0, 1, 0, 1))
        corners = [grid[:, row::2, column::2] for column in (0, 1) for row in (0, 1)]
        return self.reduction(self.norm(torch.cat(corners, dim=-1).flatten(1, 2)))


class SwinEncoder(nn.Module):
    """All stages and the last norm, without patch embedding and pooler."""

    def __init__(self, shape: SwinShape, *, dropout: float, again: bool) -> None:
        super().__init__()
        self.again = again
        total = sum(shape.depths)
        layers: list[nn.Module] = []
        for stage, depth in enumerate(shape.depths):
            for number in range(depth):
                before = sum(shape.depths[:stage]) + number
                share = shape.drop_path * before / max(total - 1, 1)
                layers.append(
                    Block(shape, stage, shifted=number % 2 == 1, share=share, dropout=dropout)
                )
            if stage + 1 < len(shape.depths):
                layers.append(Merging(shape.width * 2**stage, shape.eps))
        self.layers = nn.ModuleList(layers)
        self.norm = nn.LayerNorm(shape.hidden_width, eps=shape.eps)

    def forward(
        self, tokens: Float[Tensor, "batch tokens width"]
    ) -> Float[Tensor, "batch hidden_tokens hidden_width"]:
        """Return the hidden states of the last stage; tokens lie on a square grid."""
        for layer in self.layers:
            tokens = run_block(layer, tokens, again=self.again and self.training)
        return self.norm(tokens)


BLOCK_NAMES = {
    "layernorm_before": "attention_norm",
    "attention.self.query": "attention.query",
    "attention.self.key": "attention.key",
    "attention.self.value": "attention.value",
    "attention.output.dense": "attention.output",
    "layernorm_after": "norm",
    "intermediate.dense": "widen",
    "output.dense": "narrow",
}
OUTSIDE_NAMES = {
    "embeddings.patch_embeddings.projection.weight": "patch.weight",
    "embeddings.patch_embeddings.projection.bias": "patch.bias",
    "embeddings.norm.weight": "patch_norm.weight",
    "embeddings.norm.bias": "patch_norm.bias",
    "layernorm.weight": "norm.weight",
    "layernorm.bias": "norm.bias",
}
BIAS_TABLE = "attention.self.relative_position_bias_table"


def our_name(theirs: str, depths: tuple[int, ...]) -> str | None:
    """Return `layers.3.widen.weight`, `patch.weight` or the like for a name in the file."""
    name = theirs.removeprefix("swin.")
    if name in OUTSIDE_NAMES:
        return OUTSIDE_NAMES[name]
    match = re.match(r"encoder\.layers\.(\d+)\.(?:blocks\.(\d+)|downsample)\.(.+)$", name)
    if not match:
        return None
    stage, inside = int(match[1]), match[3]
    before = sum(depths[:stage]) + stage  # a merging after each stage before
    if match[2] is None:
        return f"layers.{before + depths[stage]}.{inside}"
    place = f"layers.{before + int(match[2])}"
    if inside == BIAS_TABLE:
        return f"{place}.attention.bias"
    path, _, ending = inside.rpartition(".")
    return f"{place}.{BLOCK_NAMES[path]}.{ending}" if path in BLOCK_NAMES else None


def their_name(ours: str, depths: tuple[int, ...]) -> str:
    """Return the name in the file for one of ours: `our_name` the other way round."""
    outside = {own: name for name, own in OUTSIDE_NAMES.items()}
    if ours in outside:
        return f"swin.{outside[ours]}"
    _, number, inside = ours.split(".", 2)
    stage, place = 0, int(number)
    while place > depths[stage]:
        place -= depths[stage] + 1  # the merging after a stage has a number too
        stage += 1
    if place == depths[stage]:
        return f"swin.encoder.layers.{stage}.downsample.{inside}"
    if inside == "attention.bias":
        return f"swin.encoder.layers.{stage}.blocks.{place}.{BIAS_TABLE}"
    blocks = {own: name for name, own in BLOCK_NAMES.items()}
    path, _, ending = inside.rpartition(".")
    return f"swin.encoder.layers.{stage}.blocks.{place}.{blocks[path]}.{ending}"


def load_swin(
    shape: SwinShape, folder: Path | None, *, settings: ModelSettings, generator: torch.Generator
) -> Loaded:
    """Return a Swin in memory.

    Args:
        shape: its sizes.
        folder: where its weights lie; None for random weights.
        settings: dropout and gradient checkpointing.
        generator: of random weights.

    Raises:
        WeightsError: if the file lacks a weight or holds one of another size.
    """

    def make() -> SwinEncoder:
        again = settings.gradient_checkpointing
        return SwinEncoder(shape, dropout=settings.dropout, again=again)

    if folder is None:
        encoder = initialise.blank(make)
        initialise.transformer_(encoder, STD, generator)
        filters = torch.empty(shape.width, 3, shape.patch, shape.patch)
        initialise.normal_(filters, STD, generator)
        outside = {
            "patch.weight": filters,
            "patch.bias": torch.zeros(shape.width),
            "patch_norm.weight": torch.ones(shape.width),
            "patch_norm.bias": torch.zeros(shape.width),
        }
    else:
        file = folder / "model.safetensors"
        tensors = read_tensors(file, lambda name: our_name(name, shape.depths))
        outside = {name: tensors.pop(name) for name in OUTSIDE_NAMES.values() if "patch" in name}
        with torch.device("meta"):
            encoder = make()
        fill(encoder, tensors, file=file)
    return Loaded(
        kind="grid",
        encoder=encoder,
        width=shape.width,
        hidden_width=shape.hidden_width,
        norm_weight=outside["patch_norm.weight"],
        norm_bias=outside["patch_norm.bias"],
        side=shape.side,
        patch=PatchFilters(weight=outside["patch.weight"], bias=outside["patch.bias"]),
        reduction=shape.reduction,
    )
