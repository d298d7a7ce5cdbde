"""The predictor: hidden states become a task's output.

Source: ORCA (ICML 2023), section 3.1; the `pooling` head is the official code's.
"""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Generator, Tensor, nn
from torch.nn import functional

from orca.errors import SettingsError
from orca.models import initialise
from orca.models.loaded_body import LoadedBody
from orca.models.patching import Patches
from orca.models.settings import ModelSettings


@dataclass(frozen=True)
class Pooled:
    """`outputs` numbers for a sample: the logits of classes or of labels."""

    outputs: int


@dataclass(frozen=True)
class Single:
    """One number for a sample."""


@dataclass(frozen=True)
class Dense:
    """`channels` numbers for each point of a grid: of one axis or of two."""

    channels: int
    grid: tuple[int, ...]


Output = Pooled | Single | Dense


def pool(hidden: Float[Tensor, "batch tokens width"]) -> Float[Tensor, "batch width"]:
    """Return the mean over the tokens."""
    return hidden.mean(dim=1)


Size = tuple[int, ...]


class PooledHead(nn.Module):
    """Mean over the tokens, then one linear layer."""

    def __init__(self, width: int, outputs: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, outputs)

    def forward(
        self, hidden: Float[Tensor, "batch tokens width"], points: Size
    ) -> Float[Tensor, "batch outputs"]:
        """Return the logits; `points` is ignored."""
        return self.linear(pool(hidden))


class SingleHead(PooledHead):
    """A pooled head of one output, without an axis for it."""

    def forward(
        self, hidden: Float[Tensor, "batch tokens width"], points: Size
    ) -> Float[Tensor, " batch"]:
        """Return the number of each sample; `points` is ignored."""
        return super().forward(hidden, points).squeeze(1)


def to_size(
    fields: Float[Tensor, "batch channels *points"], size: Size
) -> Float[Tensor, "batch channels *size"]:
    """Return fields resampled linearly to another number of points; averaging when fewer.

    In single precision at least: PyTorch resamples nothing in bfloat16.
    """
    if tuple(fields.shape[2:]) == size:
        return fields
    fields = fields.to(torch.promote_types(fields.dtype, torch.float32))
    if len(size) == 1:
        wide = functional.interpolate(
            fields.unsqueeze(2), (1, *size), mode="bilinear", antialias=True
        )
        return wide.squeeze(2)
    return functional.interpolate(fields, size, mode="bilinear", antialias=True)


class DenseHead(nn.Module):
    """Spreads each hidden token over the points that it covers, each in its place.

    Undoes the cutting of `Patches`, and the merging of patches by a body of grids. With `learned`
    a linear layer gives the values, and every output channel has weights of its own; without, a
    token's hidden units are averaged in groups, one for each value.

    Args:
        width: of the hidden states.
        output: fields to give.
        patches: how the input was cut.
        reduction: patches along an axis that a hidden token covers.
        learned: whether values come from a linear layer (paper) or from averages (official code).

    Source: ORCA (ICML 2023), 3.1, footnote 2; Shi et al. 2016 (arXiv:1609.05158); without
    `learned`, the official code's 1D head.
    Differs from the paper: its formula has the embedder's kernel alone, which holds for bodies
    that merge no patches; for Swin the factor is 8 times that.
    """

    def __init__(
        self, width: int, output: Dense, *, patches: Patches, reduction: int, learned: bool
    ) -> None:
        super().__init__()
        self.patches, self.reduction, self.output = patches, reduction, output
        per_patch = patches.kernel ** len(patches.size)
        values = output.channels * per_patch * reduction ** len(patches.tokens)
        self.spread = nn.Linear(width, values) if learned else nn.AdaptiveAvgPool1d(values)

    def forward(
        self, hidden: Float[Tensor, "batch tokens width"], points: Size
    ) -> Float[Tensor, "batch channels *grid"]:
        """Return the fields.

        Args:
            hidden: of the body.
            points: of the input along each axis; fields on the input's own grid follow it.
        """
        values = self.spread(hidden).transpose(1, 2)
        place = self._on_sequence if len(self.patches.size) == 1 else self._on_grid
        grid = points if self.output.grid == self.patches.size else self.output.grid
        return to_size(place(values, points), grid)

    def _on_sequence(
        self, values: Float[Tensor, "batch values hidden_tokens"], points: Size
    ) -> Float[Tensor, "batch channels length"]:
        """Return the values of a sequence's points."""
        if self.patches.folded:
            rows, columns = self.patches.tokens
            merged = tuple(math.ceil(side / self.reduction) for side in (rows, columns))
            square = functional.pixel_shuffle(values.unflatten(2, merged), self.reduction)
            values = square[..., :rows, :columns].flatten(2)
        each = values.unflatten(1, (self.output.channels, self.patches.kernel))
        return each.transpose(2, 3).flatten(2)[..., : points[0]]

    def _on_grid(
        self, values: Float[Tensor, "batch values hidden_tokens"], points: Size
    ) -> Float[Tensor, "batch channels height width"]:
        """Return the values of a grid's points: of the input, or of the images it is resized to."""
        kernel = self.patches.kernel
        if self.patches.folded:
            counts = tuple(math.ceil(length / kernel) for length in self.patches.size)
            fields = functional.pixel_shuffle(values.unflatten(2, counts), kernel)
            return fields[..., : points[0], : points[1]]
        merged = tuple(math.ceil(side / self.reduction) for side in self.patches.tokens)
        fields = functional.pixel_shuffle(values.unflatten(2, merged), kernel * self.reduction)
        rows, columns = (side * kernel for side in self.patches.tokens)
        return fields[..., :rows, :columns]


class ImageDecoderHead(nn.Module):
    """The decoder of masked images, three colours, averaged down to the channels and the grid.

    Source: official code, 2D dense head: Swin's decoder for masked images, then adaptive average
    pooling over the channels and over space. With more than 3 channels, or with 2, the outputs
    depend on each other; `DenseHead` has no such limit.
    """

    COLOURS = 3

    def __init__(self, width: int, output: Dense, *, patches: Patches, reduction: int) -> None:
        super().__init__()
        self.patches, self.output = patches, output
        self.factor = patches.kernel * reduction
        self.merged = tuple(math.ceil(side / reduction) for side in patches.tokens)
        self.linear = nn.Linear(width, self.COLOURS * self.factor**2)

    def forward(
        self, hidden: Float[Tensor, "batch tokens width"], points: Size
    ) -> Float[Tensor, "batch channels rows columns"]:
        """Return the fields; those on the input's own grid follow `points`."""
        values = self.linear(hidden).transpose(1, 2).unflatten(2, self.merged)
        image = functional.pixel_shuffle(values, self.factor)
        mixed = functional.adaptive_avg_pool1d(
            image.permute(0, 2, 3, 1).flatten(1, 2), self.output.channels
        )
        fields = mixed.transpose(1, 2).unflatten(2, tuple(image.shape[2:]))
        grid = points if self.output.grid == self.patches.size else self.output.grid
        return functional.adaptive_avg_pool2d(fields, (grid[0], grid[1]))


Predictor = PooledHead | DenseHead | ImageDecoderHead


def build_predictor(
    output: Output,
    *,
    patches: Patches,
    body: LoadedBody,
    settings: ModelSettings,
    generator: Generator,
) -> Predictor:
    """Return the predictor of an output, behind a body.

    Raises:
        SettingsError: if a field has other axes than the input.
    """
    width, reduction = body.hidden_width, body.reduction

    def make() -> Predictor:
        if isinstance(output, Pooled):
            return PooledHead(width, output.outputs)
        if isinstance(output, Single):
            return SingleHead(width, 1)
        _check_axes(output, patches)
        learned = settings.dense_head == "pixel_shuffle"
        if not learned and patches.fit == "resize":
            return ImageDecoderHead(width, output, patches=patches, reduction=reduction)
        return DenseHead(width, output, patches=patches, reduction=reduction, learned=learned)

    predictor = initialise.blank(make)
    if isinstance(predictor, ImageDecoderHead):  # as the library's decoder without weights
        initialise.transformer_(predictor, generator)
    else:
        initialise.linear_default_(predictor, generator)
    return predictor


def _check_axes(output: Dense, patches: Patches) -> None:
    if len(output.grid) != len(patches.size):
        raise SettingsError(
            where="the task's target",
            what=f"it is a field on a grid {output.grid}, but inputs are of size {patches.size}",
            mend="a field needs as many axes as the input; flatten one of them in the task's `read`",
        )
