"""Losses that training descends: (model output, target) to a scalar, mean over the batch.

Targets come as `orca.data.task` stores them: class numbers [batch], labels [batch, labels] of
zeros and ones, numbers [batch], fields [batch, channels, *grid]; a masked field has a second half
of channels that is 1 where a point does not count.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int, Num
from torch import Tensor
from torch.nn import functional

from orca.declarations import nearest
from orca.errors import SettingsError, TrainingError

Loss = Callable[[Tensor, Tensor], Tensor]
SMALLEST_NORM = 1e-12  # of a target, as a root mean square, for a relative error to mean anything


def cross_entropy(
    predicted: Float[Tensor, "batch classes"], target: Int[Tensor, " batch"]
) -> Float[Tensor, ""]:
    """Mean of minus the logarithm of the true class's softmax probability."""
    return functional.cross_entropy(predicted, target.long())


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


def focal_without_focus(
    predicted: Float[Tensor, "batch classes"], target: Int[Tensor, " batch"]
) -> Float[Tensor, ""]:
    """Mean of -log(p + 1e-9) for the true class's softmax probability p.

    Source: official code, NinaPro: the focal loss with gamma 0 and alpha 1, which leaves
    cross-entropy but for the offset.
    """
    probability = predicted.softmax(dim=1).gather(1, target.long().unsqueeze(1))
    return -(probability + 1e-9).log().mean()


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


def mse(
    predicted: Float[Tensor, "batch *shape"], target: Num[Tensor, "batch *shape"]
) -> Float[Tensor, ""]:
    """Mean squared error over all values of the batch, in the target's unit squared."""
    return functional.mse_loss(predicted, target.to(predicted))


def _norms(
    predicted: Float[Tensor, "batch *shape"], target: Num[Tensor, "batch *shape"]
) -> tuple[Float[Tensor, " batch"], Float[Tensor, " batch"]]:
    """Return the root mean squares of the error and of the target, in float32 at least."""
    precision = torch.promote_types(predicted.dtype, torch.float32)
    error = (predicted.to(precision) - target.to(precision)).flatten(1)
    root = math.sqrt(error.shape[1])
    return (
        torch.linalg.vector_norm(error, dim=1) / root,
        torch.linalg.vector_norm(target.to(precision).flatten(1), dim=1) / root,
    )


def rmse(
    predicted: Float[Tensor, "batch *shape"], target: Num[Tensor, "batch *shape"]
) -> Float[Tensor, ""]:
    """Mean over samples of the root mean square error, in the target's unit.

    Source: official code, PDEBench tasks Burgers and 1D CFD.
    """
    return _norms(predicted, target)[0].mean()


def relative_errors(
    predicted: Float[Tensor, "batch *shape"], target: Num[Tensor, "batch *shape"]
) -> Float[Tensor, " batch"]:
    """Return ‖predicted - target‖₂ / ‖target‖₂ of each sample.

    Raises:
        TrainingError: if a target is zero everywhere, or next to it: no relative error is
            defined then.
    """
    error, size = _norms(predicted, target)
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


def relative_l2_sum(
    predicted: Float[Tensor, "batch *shape"], target: Num[Tensor, "batch *shape"]
) -> Float[Tensor, ""]:
    """Sum over the batch's samples of ‖predicted - target‖₂ / ‖target‖₂.

    Source: official code, Darcy flow.
    """
    return relative_errors(predicted, target).sum()


def _halves(
    target: Num[Tensor, "batch both_channels *grid"],
) -> tuple[Num[Tensor, "batch channels *grid"], Num[Tensor, "batch channels *grid"]]:
    """Return a masked field's values, and 1 where a point counts."""
    values, ignored = target.chunk(2, dim=1)
    return values, 1 - ignored


def masked_bce_with_logits(
    predicted: Float[Tensor, "batch channels *grid"],
    target: Num[Tensor, "batch both_channels *grid"],
) -> Float[Tensor, ""]:
    """Binary cross-entropy from logits, mean over the points of the batch that count."""
    values, counts = _halves(target)
    counts = counts.to(predicted)
    each = functional.binary_cross_entropy_with_logits(
        predicted, values.to(predicted), reduction="none"
    )
    return (each * counts).sum() / counts.sum().clamp_min(1)


def zeroed_bce_with_logits(
    predicted: Float[Tensor, "batch channels *grid"],
    target: Num[Tensor, "batch both_channels *grid"],
) -> Float[Tensor, ""]:
    """Binary cross-entropy over all points, output and target set to 0 where one does not count.

    Source: official code, Cosmic: such a point adds log 2 whatever the output is.
    """
    values, counts = (half.to(predicted) for half in _halves(target))
    return functional.binary_cross_entropy_with_logits(predicted * counts, values * counts)


def masked_mse(
    predicted: Float[Tensor, "batch channels *grid"],
    target: Num[Tensor, "batch both_channels *grid"],
) -> Float[Tensor, ""]:
    """Mean squared error over the points of the batch that count."""
    values, counts = (half.to(predicted) for half in _halves(target))
    return ((predicted - values) ** 2 * counts).sum() / counts.sum().clamp_min(1)


LOSSES: dict[str, Loss] = {
    "cross_entropy": cross_entropy,
    "focal": focal_without_focus,
    "bce_with_logits": BinaryCrossEntropy(),
    "bce_with_logits_positive_4": BinaryCrossEntropy(positive_weight=4.0),
    "bce_with_logits_positive_10": BinaryCrossEntropy(positive_weight=10.0),
    "mse": mse,
    "rmse": rmse,
    "relative_l2": relative_l2,
    "relative_l2_sum": relative_l2_sum,
    "nrmse": relative_l2,
    "masked_bce_with_logits": masked_bce_with_logits,
    "zeroed_bce_with_logits": zeroed_bce_with_logits,
    "masked_mse": masked_mse,
}
FROM_COUNTS: dict[str, Callable[[Int[Tensor, " classes"]], Loss]] = {
    "weighted_cross_entropy": WeightedCrossEntropy,
}


def make_loss(name: str, *, class_counts: Int[Tensor, " classes"] | None = None) -> Loss:
    """Return the loss of a task.

    Args:
        name: as the task declares it.
        class_counts: training samples of each class, for losses that weigh by them.

    Raises:
        SettingsError: if there is no such loss, or if it needs counts and there are none.
    """
    if name in LOSSES:
        return LOSSES[name]
    if name in FROM_COUNTS and class_counts is not None:
        return FROM_COUNTS[name](class_counts)
    if name in FROM_COUNTS:
        raise SettingsError(
            where=f"the loss '{name}'",
            what="it weighs by class, and this task has no classes",
            mend="declare the task's target as `Classes`, or choose another loss",
        )
    raise SettingsError(
        where="the task's loss",
        what=f"there is no loss '{name}'",
        mend=nearest(name, [*LOSSES, *FROM_COUNTS]),
    )
