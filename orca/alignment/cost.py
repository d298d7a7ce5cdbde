"""The feature part of the cost, within and between two sets, and its gradient under a plan."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from orca.alignment.points import Points, PointsByClass, box_distance


def feature_cost(x: Float[Tensor, "n width"], y: Points, *, p: int) -> Float[Tensor, "n m"]:
    """Return ‖x_i - y_j‖^p / p.

    For p = 2 by one matrix product, of (-x, 1, ‖x‖²/2) and (y, ‖y‖²/2, 1); exact to rounding
    relative to the points' distance from the origin, so centre them. For p = 1, where a root
    would magnify that rounding, by differences.
    """
    if p == 1:
        return torch.cdist(x, y.points, compute_mode="donot_use_mm_for_euclid_dist")
    # bfloat16 is out: an error of 1 % in a cost is many times eps. OpenBLAS takes 25 ms instead of 29,
    # but its threads keep spinning, and the next product of PyTorch takes 40.
    half = 0.5 * x.square().sum(dim=1, keepdim=True)
    return torch.cat([-x, torch.ones_like(half), half], dim=1) @ y.lifted.T


def cost_gradient(
    plan: Float[Tensor, "n m"],
    cost: Float[Tensor, "n m"],
    x: Float[Tensor, "n width"],
    y: Points,
    *,
    p: int,
) -> Float[Tensor, "n width"]:
    """Return Σ_j plan_ij ∇_x ‖x_i - y_j‖^p / p, which is 0 for points that coincide.

    Args:
        plan: weight of each pair.
        cost: the feature cost of each pair, from `feature_cost`.
        x: points of the rows.
        y: points of the columns.
        p: 1 or 2.
    """
    weights = plan if p == 2 else torch.where(cost > 0, plan / cost, 0)
    return weights.sum(dim=1, keepdim=True) * x - y.weighted_sums(weights)


@dataclass(frozen=True, eq=False)
class Sides:
    """Source and target, and the feature costs of moving between and within them.

    Args:
        source: its points, taken from the source's centre.
        target: its points, taken from there too.
        p: exponent of the distance in the cost.
    """

    source: PointsByClass
    target: PointsByClass
    p: int

    @cached_property
    def cost(self) -> Float[Tensor, "m n"]:
        """Feature cost between target and source, a row for each target point.

        The gradient's sums over the source thus run along contiguous memory.
        """
        return feature_cost(self.target.points, self.source, p=self.p)

    @cached_property
    def own_cost(self) -> Float[Tensor, "m m"]:
        """Feature cost within the target."""
        return feature_cost(self.target.points, self.target, p=self.p)

    @cached_property
    def start(self) -> float:
        """The temperature that annealing starts from: the extent of all samples to the power p.

        As in the official code, the samples' extent is the diagonal of the box around their
        features and, beside them, their class ids, the target's following the source's. Where
        target and source are one object, it has the class ids of a target of one class.
        """
        added = 1 if self.target is self.source else len(self.target.sizes)
        ids = len(self.source.sizes) + added - 1
        square = box_distance(self.source.box, self.target.box) ** 2 + ids**2
        return float(square ** (self.p / 2))

    def gradient(self, plan: Float[Tensor, "m n"]) -> Float[Tensor, "m width"]:
        """Return Σ_j plan_ij ∇_x cost(x_i, y_j), x of the target, y of the source."""
        return cost_gradient(plan, self.cost, self.target.points, self.source, p=self.p)

    def own_gradient(self, plan: Float[Tensor, "m m"]) -> Float[Tensor, "m width"]:
        """Return Σ_j plan_ij ∇_x cost(x_i, x_j), x_j held fixed."""
        return cost_gradient(plan, self.own_cost, self.target.points, self.target, p=self.p)


class _Known(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, point: Tensor, value: Tensor, gradient: Tensor) -> Tensor:
        context.save_for_backward(gradient)
        return value.clone()

    @staticmethod
    def backward(context: Any, outer: Tensor) -> tuple[Tensor, None, None]:  # type: ignore[override]
        (gradient,) = context.saved_tensors
        return outer * gradient, None, None


def with_gradient(
    point: Float[Tensor, "m width"],
    value: Float[Tensor, ""],
    gradient: Float[Tensor, "m width"],
) -> Float[Tensor, ""]:
    """Return `value` as a function of `point` with this gradient; it has no second one."""
    return _Known.apply(point, value, gradient)
