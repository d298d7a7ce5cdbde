"""Root mean square error of fields, or of single numbers."""

from jaxtyping import Float, Num
from torch import Tensor

from orca.training.loss import DeclaredLoss, root_mean_squares


def rmse(
    predicted: Float[Tensor, "batch *shape"], target: Num[Tensor, "batch *shape"]
) -> Float[Tensor, ""]:
    """Mean over samples of the root mean square error, in the target's unit.

    Source: official code, PDEBench tasks Burgers and 1D CFD.
    """
    return root_mean_squares(predicted, target)[0].mean()


LOSS = DeclaredLoss.of(rmse, kinds=("scalar", "field"))
