"""Relative error of fields, or of single numbers, added up over a batch."""

from jaxtyping import Float, Num
from torch import Tensor

from orca.training.loss import DeclaredLoss
from orca.training.losses.relative_l2 import relative_errors


def relative_l2_sum(
    predicted: Float[Tensor, "batch *shape"], target: Num[Tensor, "batch *shape"]
) -> Float[Tensor, ""]:
    """Sum over the batch's samples of ‖predicted - target‖₂ / ‖target‖₂.

    Source: official code, Darcy flow.
    """
    return relative_errors(predicted, target).sum()


LOSS = DeclaredLoss.of(relative_l2_sum, kinds=("scalar", "field"))
