"""Mean squared error of a field's points, without those that do not count."""

from jaxtyping import Float, Num
from torch import Tensor

from orca.training.loss import DeclaredLoss, values_and_counts


def masked_mse(
    predicted: Float[Tensor, "batch channels *grid"],
    target: Num[Tensor, "batch both_channels *grid"],
) -> Float[Tensor, ""]:
    """Mean squared error over the points of the batch that count."""
    values, counts = (half.to(predicted) for half in values_and_counts(target))
    return ((predicted - values) ** 2 * counts).sum() / counts.sum().clamp_min(1)


LOSS = DeclaredLoss.of(masked_mse, kinds=("masked_field",))
