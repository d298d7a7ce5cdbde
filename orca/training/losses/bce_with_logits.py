"""Binary cross-entropy of labels or points, ones and zeros counting alike."""

from jaxtyping import Float, Num
from torch import Tensor
from torch.nn import functional

from orca.training.loss import DeclaredLoss


def binary_cross_entropy(
    predicted: Float[Tensor, "batch *shape"],
    target: Num[Tensor, "batch *shape"],
    positive_weight: float = 1.0,
) -> Float[Tensor, ""]:
    """Mean over all labels or points of the batch, 0 or 1, from logits.

    A one counts `positive_weight` times as much as a zero.
    """
    weight = predicted.new_full((), positive_weight)
    return functional.binary_cross_entropy_with_logits(
        predicted, target.to(predicted), pos_weight=weight
    )


LOSS = DeclaredLoss.of(binary_cross_entropy, kinds=("multi_label", "binary_field"))
