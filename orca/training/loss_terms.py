"""Terms that several losses are made of."""

import math

import torch
from jaxtyping import Float, Num
from torch import Tensor


def root_mean_squares(
    predicted: Float[Tensor, "batch *shape"], target: Num[Tensor, "batch *shape"]
) -> tuple[Float[Tensor, " batch"], Float[Tensor, " batch"]]:
    """Return the root mean squares of the error and of the target, in float32 at least."""
    precision = torch.promote_types(predicted.dtype, torch.float32)
    error = (predicted.to(precision) - target.to(precision)).flatten(1)
    root = math.sqrt(error.shape[1])
    return (
        torch.linalg.vector_norm(error, dim=1) / root,
        torch.linalg.vector_norm(target.to(precision).flatten(1), dim=1) / root,
    )


def values_and_counts(
    target: Num[Tensor, "batch both_channels *grid"],
) -> tuple[Num[Tensor, "batch channels *grid"], Num[Tensor, "batch channels *grid"]]:
    """Return a masked field's values, and 1 where a point counts."""
    values, ignored = target.chunk(2, dim=1)
    return values, 1 - ignored
