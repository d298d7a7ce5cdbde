"""Binary cross-entropy of labels or points, ones and zeros counting alike."""

from dataclasses import dataclass

from jaxtyping import Float, Num
from torch import Tensor
from torch.nn import functional

from orca.training.loss import DeclaredLoss


@dataclass(frozen=True)
class BinaryCrossEntropy:
    """Cross-entropy of labels or points that are 0 or 1, from logits.

    Args:
        positive_weight: how much more a one counts than a zero.
    """

    positive_weight: float = 1.0

    def __call__(
        self, predicted: Float[Tensor, "batch *shape"], target: Num[Tensor, "batch *shape"]
    ) -> Float[Tensor, ""]:
        """Return the mean over all labels or points of the batch."""
        weight = predicted.new_tensor(self.positive_weight)
        return functional.binary_cross_entropy_with_logits(
            predicted, target.to(predicted), pos_weight=weight
        )


LOSS = DeclaredLoss.of(BinaryCrossEntropy(), kinds=("multi_label", "binary_field"))
