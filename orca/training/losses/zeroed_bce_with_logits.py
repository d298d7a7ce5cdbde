"""Binary cross-entropy of a field's points, those that do not count taken for zeros."""

from jaxtyping import Float, Num
from torch import Tensor
from torch.nn import functional

from orca.training.loss import DeclaredLoss, values_and_counts


def zeroed_bce_with_logits(
    predicted: Float[Tensor, "batch channels *grid"],
    target: Num[Tensor, "batch both_channels *grid"],
) -> Float[Tensor, ""]:
    """Binary cross-entropy over all points, output and target set to 0 where one does not count.

    Source: official code, Cosmic: such a point adds log 2 whatever the output is.
    """
    values, counts = (half.to(predicted) for half in values_and_counts(target))
    return functional.binary_cross_entropy_with_logits(predicted * counts, values * counts)


LOSS = DeclaredLoss.of(zeroed_bce_with_logits, kinds=("masked_binary_field",))
