"""The feature part of the cost, and the gradient of a plan's cost with respect to the target."""

import torch
from jaxtyping import Float
from torch import Tensor

from orca.alignment.weighted_sums import weighted_sums


def lifted(points: Float[Tensor, "n width"]) -> Float[Tensor, "n lifted"]:
    """Return (x, ‖x‖²/2, 1) for each point x; see `feature_cost`."""
    half = 0.5 * points.square().sum(dim=1, keepdim=True)
    return torch.cat([points, half, torch.ones_like(half)], dim=1)


def feature_cost(
    x: Float[Tensor, "n width"],
    y: Float[Tensor, "m width"],
    *,
    p: int,
    x_lifted: Float[Tensor, "n lifted"] | None = None,
) -> Float[Tensor, "n m"]:
    """Return ‖x_i - y_j‖^p / p.

    For p = 2 by one matrix product, of (x, ‖x‖²/2, 1) and (-y, 1, ‖y‖²/2); exact to rounding
    relative to the points' distance from the origin, so centre them. For p = 1, where a root
    would magnify that rounding, by differences.

    Args:
        x: points of the rows.
        y: points of the columns.
        p: 1 or 2.
        x_lifted: `lifted(x)`, where it is known.
    """
    if p == 1:
        return torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist")
    half = 0.5 * y.square().sum(dim=1, keepdim=True)
    lowered = torch.cat([-y, torch.ones_like(half), half], dim=1)
    return (lifted(x) if x_lifted is None else x_lifted) @ lowered.T


def cost_gradient(
    plan: Float[Tensor, "n m"],
    cost: Float[Tensor, "n m"],
    x: Float[Tensor, "n width"],
    y: Float[Tensor, "m width"],
    *,
    p: int,
) -> Float[Tensor, "m width"]:
    """Return Σ_i plan_ij ∇_y ‖x_i - y_j‖^p / p, which is 0 for points that coincide.

    Args:
        plan: weight of each pair.
        cost: the feature cost of each pair, from `feature_cost`.
        x: points of the rows.
        y: points of the columns.
        p: 1 or 2.
    """
    weights = plan if p == 2 else torch.where(cost > 0, plan / cost, 0)
    return weights.sum(dim=0)[:, None] * y - weighted_sums(weights, x)


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
