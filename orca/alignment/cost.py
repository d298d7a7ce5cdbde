"""The feature part of the cost, and the gradient of a plan's cost with respect to the target."""

import torch
from jaxtyping import Float
from torch import Tensor

from orca.alignment.weighted_sums import Summands


def lifted(points: Float[Tensor, "n width"]) -> Float[Tensor, "n lifted"]:
    """Return (x, ‖x‖²/2, 1) for each point x; see `feature_cost`."""
    half = 0.5 * points.square().sum(dim=1, keepdim=True)
    return torch.cat([points, half, torch.ones_like(half)], dim=1)


def feature_cost(
    x: Float[Tensor, "n width"],
    y: Float[Tensor, "m width"],
    *,
    p: int,
    y_lifted: Float[Tensor, "m lifted"] | None = None,
) -> Float[Tensor, "n m"]:
    """Return ‖x_i - y_j‖^p / p.

    For p = 2 by one matrix product, of (-x, 1, ‖x‖²/2) and (y, ‖y‖²/2, 1); exact to rounding
    relative to the points' distance from the origin, so centre them. For p = 1, where a root
    would magnify that rounding, by differences.

    Args:
        x: points of the rows.
        y: points of the columns.
        p: 1 or 2.
        y_lifted: `lifted(y)`, where it is known.
    """
    if p == 1:
        return torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist")
    half = 0.5 * x.square().sum(dim=1, keepdim=True)
    lowered = torch.cat([-x, torch.ones_like(half), half], dim=1)
    return lowered @ (lifted(y) if y_lifted is None else y_lifted).T


def cost_gradient(
    plan: Float[Tensor, "n m"],
    cost: Float[Tensor, "n m"],
    x: Float[Tensor, "n width"],
    y: Summands,
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
    return weights.sum(dim=1, keepdim=True) * x - y.weighted(weights)


def box_distance(
    first: tuple[Float[Tensor, "... width"], Float[Tensor, "... width"]],
    second: tuple[Float[Tensor, "... width"], Float[Tensor, "... width"]],
) -> Float[Tensor, "..."]:
    """Return the diagonal of the smallest box around two boxes, an upper bound on distances.

    Args:
        first: smallest and largest value of each feature.
        second: likewise.
    """
    low, high = torch.minimum(first[0], second[0]), torch.maximum(first[1], second[1])
    return (high - low).square().sum(dim=-1).sqrt()
