"""The embedder: a task's input becomes tokens of the body's width.

A convolution whose stride equals its kernel, a layer norm, then position embeddings.

Source: ORCA (ICML 2023), sections 3.1 and A.2.3.
"""

import math
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn

from orca.errors import SettingsError
from orca.models import initialise
from orca.models.loaded_body import LoadedBody
from orca.models.patching import Patches, plan_patches
from orca.models.settings import EmbedderStart, ModelSettings

EPS = 1e-5  # of the norm, whatever the body's own is (official code)


class Embedder(nn.Module):
    """Turns inputs into tokens.

    Args:
        patches: how inputs are cut.
        width: numbers per token.
        positions: rows of the table of position embeddings; 0 for a body that finds positions
            without them.
        more_points: where the tokens of an input of another length than declared stand; see
            `ModelSettings`.
    """

    def __init__(
        self,
        patches: Patches,
        *,
        width: int,
        positions: int,
        more_points: Literal["finer", "longer"],
    ) -> None:
        super().__init__()
        self.patches, self.more_points = patches, more_points
        convolution = nn.Conv1d if len(patches.size) == 1 else nn.Conv2d
        self.convolution = convolution(
            patches.channels, width, patches.kernel, stride=patches.kernel
        )
        self.norm = nn.LayerNorm(width, eps=EPS)
        self.positions = nn.Parameter(torch.empty(positions, width)) if positions else None

    def forward(
        self, inputs: Float[Tensor, "batch channels *size"]
    ) -> Float[Tensor, "batch tokens width"]:
        """Return the tokens of inputs, row by row where they lie on a grid."""
        tokens = self.convolution(self.patches.prepare(inputs)).flatten(2).transpose(1, 2)
        tokens = self.norm(tokens)
        if self.positions is None:
            return tokens
        count = tokens.shape[1]
        if count > len(self.positions):
            raise SettingsError(
                where="an input of the model",
                what=f"it makes {count} tokens, and the body knows {len(self.positions)} positions",
                mend="use a shorter input, or a larger kernel from the start",
            )
        size = tuple(inputs.shape[2:])
        if self.more_points == "finer" and size != self.patches.size and len(size) == 1:
            trained = self.positions[: math.prod(self.patches.tokens)]
            return tokens + between(trained, count, step=self.patches.size[0] / size[0])
        return tokens + self.positions[:count]


def between(
    positions: Float[Tensor, "rows width"], count: int, *, step: float
) -> Float[Tensor, "count width"]:
    """Return the embeddings at the places 0, step, 2 step, ... of a table, by linear interpolation.

    The first points of a coarse and a fine sampling are one point, as where every other point of
    a field is kept; a place behind the last row has the embedding of the last row.
    """
    places = torch.arange(count, device=positions.device) * step
    places = places.clamp(max=len(positions) - 1)
    below = places.floor().long()
    above = (below + 1).clamp(max=len(positions) - 1)
    weights = (places - below)[:, None].to(positions.dtype)
    return torch.lerp(positions[below], positions[above], weights)


def cyclic_filters(
    weight: Float[Tensor, "width pretrained kernel kernel"], channels: int
) -> Float[Tensor, "width channels kernel kernel"]:
    """Return patch filters for any number of channels: channel c gets pretrained c modulo 3.

    Source: official code, 2D embedder.
    """
    numbers = torch.arange(channels, device=weight.device) % weight.shape[1]
    return weight[:, numbers]


@torch.no_grad()
def _start_convolution(
    embedder: Embedder, body: LoadedBody, start: EmbedderStart, generator: torch.Generator
) -> None:
    convolution = embedder.convolution
    assert convolution.bias is not None
    if start == "pretrained" and body.patch is not None and isinstance(convolution, nn.Conv2d):
        convolution.weight.copy_(cyclic_filters(body.patch.weight, embedder.patches.channels))
        convolution.bias.copy_(body.patch.bias)
        return
    if isinstance(convolution, nn.Conv1d):
        nn.init.xavier_uniform_(convolution.weight, 2**0.5, generator)
    else:
        nn.init.trunc_normal_(convolution.weight, std=0.02, generator=generator)
    convolution.bias.zero_()


@torch.no_grad()
def build_embedder(
    input_shape: tuple[int, ...],
    *,
    body: LoadedBody,
    settings: ModelSettings,
    start: EmbedderStart,
    generator: torch.Generator,
) -> Embedder:
    """Return an embedder for inputs of one shape, in front of a body.

    Args:
        input_shape: (channels, length) or (channels, height, width).
        body: which takes the tokens.
        settings: sequence length, kernel rule, where positions start.
        start: `pretrained` copies all that the body's own embedding offers for such inputs: the
            norm, and the patch filters where both are of grids (paper, A.2.3; official code when
            it aligns); `layer_norm` the norm alone (paper, A.4.5); `random` neither.
        generator: of the random weights.

    Source: official code: convolutions over sequences start by Xavier with gain sqrt(2), over
    grids normal with deviation 0.02, biases 0; the position table is the body's own, always.
    """
    patches = plan_patches(input_shape, body=body, settings=settings)
    rows = 0 if body.positions is None else len(body.positions)
    embedder = initialise.blank(
        lambda: Embedder(
            patches, width=body.width, positions=rows, more_points=settings.more_points
        )
    )
    _start_convolution(embedder, body, start, generator)
    if start == "random":
        embedder.norm.weight.fill_(1.0)
        embedder.norm.bias.zero_()
    else:
        embedder.norm.weight.copy_(body.norm_weight)
        embedder.norm.bias.copy_(body.norm_bias)
    if embedder.positions is not None and body.positions is not None:
        if settings.positions == "body":
            embedder.positions.copy_(body.positions)
        else:
            nn.init.normal_(embedder.positions, std=0.02, generator=generator)
    return embedder
