"""Relative error of fields, or of single numbers."""

from jaxtyping import Float, Num
from torch import Tensor

from orca.errors import TrainingError
from orca.training.loss import DeclaredLoss
from orca.training.loss_terms import root_mean_squares

SMALLEST_NORM = 1e-12  # of a target, as a root mean square, for a relative error to mean anything


def relative_errors(
    predicted: Float[Tensor, "batch *shape"], target: Num[Tensor, "batch *shape"]
) -> Float[Tensor, " batch"]:
    """Return ‖predicted - target‖₂ / ‖target‖₂ of each sample.

    Raises:
        TrainingError: if a target is zero everywhere, or next to it: no relative error is
            defined then.
    """
    error, size = root_mean_squares(predicted, target)
    if bool((size < SMALLEST_NORM).any()):
        place = int(size.argmin())
        raise TrainingError(
            where=f"a relative loss, sample {place} of its batch",
            what=f"its target is zero everywhere (root mean square {float(size[place]):.3g})",
            mend="leave such samples out in the task's `read`, or use the loss rmse or mse",
        )
    return error / size


def relative_l2(
    predicted: Float[Tensor, "batch *shape"], target: Num[Tensor, "batch *shape"]
) -> Float[Tensor, ""]:
    """Mean over samples of ‖predicted - target‖₂ / ‖target‖₂; 0 when exact, no unit.

    Source: Li et al. 2021 (arXiv:2010.08895), section 5; as nRMSE: Takamoto et al. 2022
    (arXiv:2210.07182), all channels of a sample together.
    """
    return relative_errors(predicted, target).mean()


LOSS = DeclaredLoss.of(relative_l2, kinds=("scalar", "field"))
