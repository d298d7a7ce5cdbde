"""Binary cross-entropy of a field's points, without those that do not count."""

from jaxtyping import Float, Num
from torch import Tensor
from torch.nn import functional

from orca.training.loss import DeclaredLoss, values_and_counts


def masked_bce_with_logits(
    predicted: Float[Tensor, "batch channels *grid"],
    target: Num[Tensor, "batch both_channels *grid"],
) -> Float[Tensor, ""]:
    """Binary cross-entropy from logits, mean over the points of the batch that count."""
    values, counts = values_and_counts(target)
    counts = counts.to(predicted)
    each = functional.binary_cross_entropy_with_logits(
        predicted, values.to(predicted), reduction="none"
    )
    return (each * counts).sum() / counts.sum().clamp_min(1)


LOSS = DeclaredLoss.of(masked_bce_with_logits, kinds=("masked_binary_field",))
