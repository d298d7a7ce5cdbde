"""Relative error of fields, or of single numbers."""

import torch
from jaxtyping import Float, Num
from torch import Tensor

from orca.training.loss import DeclaredLoss, root_mean_squares

SMALLEST_NORM = 1e-12  # of a target, as a root mean square, for a relative error to mean anything


def relative_errors(
    predicted: Float[Tensor, "batch *shape"], target: Num[Tensor, "batch *shape"]
) -> Float[Tensor, " batch"]:
    """Return ‖predicted - target‖₂ / ‖target‖₂ of each sample.

    Not a number where a target is zero everywhere, or next to it.
    """
    error, size = root_mean_squares(predicted, target)
    return torch.where(size < SMALLEST_NORM, torch.nan, error / size)


def zero_targets(target: Num[Tensor, "batch *shape"]) -> dict[int, str]:
    """Return the places of targets without a size, and what is said of them."""
    _, sizes = root_mean_squares(target.float(), target)
    return {
        place: f"its target is zero everywhere (root mean square {size:.3g}), so that it has no"
        " relative loss"
        for place, size in enumerate(sizes.tolist())
        if size < SMALLEST_NORM
    }


def relative_l2(
    predicted: Float[Tensor, "batch *shape"], target: Num[Tensor, "batch *shape"]
) -> Float[Tensor, ""]:
    """Mean over samples of ‖predicted - target‖₂ / ‖target‖₂; 0 when exact, no unit.

    Source: Li et al. 2021 (arXiv:2010.08895), section 5; as nRMSE: Takamoto et al. 2022
    (arXiv:2210.07182), all channels of a sample together.
    """
    return relative_errors(predicted, target).mean()


LOSS = DeclaredLoss.of(relative_l2, kinds=("scalar", "field"), faults=zero_targets)
