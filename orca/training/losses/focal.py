"""The focal loss of one class out of several, as NinaPro uses it."""

from jaxtyping import Float, Int
from torch import Tensor

from orca.training.loss import DeclaredLoss


def focal_without_focus(
    predicted: Float[Tensor, "batch classes"], target: Int[Tensor, " batch"]
) -> Float[Tensor, ""]:
    """Mean of -log(p + 1e-9) for the true class's softmax probability p.

    Source: official code, NinaPro: the focal loss with gamma 0 and alpha 1, which is cross-entropy
        except for the offset.
    """
    probability = predicted.softmax(dim=1).gather(1, target.long().unsqueeze(1))
    return -(probability + 1e-9).log().mean()


LOSS = DeclaredLoss.of(focal_without_focus, kinds=("classes",))
