"""Cross-entropy of one class out of several."""

from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional

from orca.training.loss import DeclaredLoss


def cross_entropy(
    predicted: Float[Tensor, "batch classes"], target: Int[Tensor, " batch"]
) -> Float[Tensor, ""]:
    """Mean of minus the logarithm of the true class's softmax probability."""
    return functional.cross_entropy(predicted, target.long())


LOSS = DeclaredLoss.of(cross_entropy, kinds=("classes",))
