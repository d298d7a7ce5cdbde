"""Mean squared error of fields, or of single numbers."""

from jaxtyping import Float, Num
from torch import Tensor
from torch.nn import functional

from orca.training.loss import DeclaredLoss


def mse(
    predicted: Float[Tensor, "batch *shape"], target: Num[Tensor, "batch *shape"]
) -> Float[Tensor, ""]:
    """Mean squared error over all values of the batch, in the target's unit squared."""
    return functional.mse_loss(predicted, target.to(predicted))


LOSS = DeclaredLoss.of(mse, kinds=("scalar", "field"))
