"""Cross-entropy of one class out of several, rare classes counting as much as others."""

from functools import partial

from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional

from orca.errors import SettingsError
from orca.training.loss import DeclaredLoss, Loss


def weighted_cross_entropy(
    predicted: Float[Tensor, "batch classes"],
    target: Int[Tensor, " batch"],
    counts: Int[Tensor, " classes"],
) -> Float[Tensor, ""]:
    """Mean over the batch in which every class counts the same, however rare: weight 1 / frequency.

    The counts are the training samples of each class.

    Source: ORCA (ICML 2023), A.6.1; official code, OpenML tasks.
    """
    weight = (counts.sum() / counts).to(predicted)
    return functional.cross_entropy(predicted, target.long(), weight=weight)


def of_counts(counts: Int[Tensor, " classes"]) -> Loss:
    """Return the loss; a class without a training sample has no frequency, and is refused."""
    if not bool((counts > 0).all()):
        raise SettingsError(
            where="the loss weighted_cross_entropy",
            what=f"class {int(counts.argmin())} has no training sample",
            mend="leave the class out in the task's `read`, or use the loss cross_entropy",
        )
    return Loss(partial(weighted_cross_entropy, counts=counts))


LOSS = DeclaredLoss(make=of_counts, needs_class_counts=True, kinds=("classes",))
