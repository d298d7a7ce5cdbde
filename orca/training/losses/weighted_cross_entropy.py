"""Cross-entropy of one class out of several, rare classes counting as much as others."""

from dataclasses import dataclass

from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional

from orca.errors import SettingsError
from orca.training.loss import DeclaredLoss


@dataclass(frozen=True, eq=False)
class WeightedCrossEntropy:
    """Cross-entropy in which every class counts the same, however rare: weight 1 / frequency.

    Args:
        counts: training samples of each class.

    Source: ORCA (ICML 2023), A.6.1; official code, OpenML tasks.
    """

    counts: Int[Tensor, " classes"]

    def __post_init__(self) -> None:
        if not bool((self.counts > 0).all()):
            raise SettingsError(
                where="the loss weighted_cross_entropy",
                what=f"class {int(self.counts.argmin())} has no training sample",
                mend="leave the class out in the task's `read`, or use the loss cross_entropy",
            )

    def __call__(
        self, predicted: Float[Tensor, "batch classes"], target: Int[Tensor, " batch"]
    ) -> Float[Tensor, ""]:
        """Return the weighted mean over the batch."""
        weight = (self.counts.sum() / self.counts).to(predicted)
        return functional.cross_entropy(predicted, target.long(), weight=weight)


LOSS = DeclaredLoss(make=WeightedCrossEntropy, needs_class_counts=True, kinds=("classes",))
