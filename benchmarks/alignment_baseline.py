"""The baseline: the same formulas, written plainly, with nothing cached.

Every call computes all label distances and all self-terms anew, each Sinkhorn problem on its
own, in logarithmic form, as the official code's call of geomloss does. `geomloss_otdd` is that
call itself, to show that the baseline is no straw man.
"""

import math
from typing import Literal

import torch
from torch import Tensor

Schedule = Literal["official", "converged"]


def squared(x: Tensor, y: Tensor) -> Tensor:
    """Return all squared distances."""
    products = x @ y.T
    return x.square().sum(dim=1)[:, None] - 2 * products + y.square().sum(dim=1)[None, :]


def softmin(eps: float, cost: Tensor, h: Tensor) -> Tensor:
    """Return -eps log Σ_j exp(h_j - cost_ij / eps)."""
    return -eps * torch.logsumexp(h[None, :] - cost / eps, dim=1)


def temperatures(diameter: float, eps: float) -> list[float]:
    """Return diameter², that divided by 4 until eps is passed, and eps."""
    count = math.ceil(math.log(diameter**2 / eps) / math.log(4) - 1e-9)
    return [diameter**2, *(diameter**2 / 4**step for step in range(count)), eps]


def divergence(
    costs: tuple[Tensor, Tensor, Tensor, Tensor],
    diameter: float,
    *,
    eps: float,
    schedule: Schedule,
    tolerance: float,
) -> Tensor:
    """Return the debiased Sinkhorn divergence, differentiable in the costs.

    Args:
        costs: from x to y, y to x, within x, within y.
        diameter: upper bound on the distances.
        eps: regularisation.
        schedule: stop after annealing, or at a marginal error of `tolerance`.
        tolerance: L1 error of the marginals, of all three problems.
    """
    xy, yx, xx, yy = costs
    a = torch.full((len(xy),), -math.log(len(xy)))
    b = torch.full((len(yx),), -math.log(len(yx)))
    with torch.no_grad():
        first = temperatures(diameter, eps)
        f, g = softmin(first[0], xy, b), softmin(first[0], yx, a)
        own_f, own_g = softmin(first[0], xx, a), softmin(first[0], yy, b)
        for count in range(20_000):
            t = first[min(count, len(first) - 1)]
            new = (
                softmin(t, xy, b + g / t),
                softmin(t, yx, a + f / t),
                softmin(t, xx, a + own_f / t),
                softmin(t, yy, b + own_g / t),
            )
            moves = [new[0] - f, new[1] - g, new[2] - own_f, new[3] - own_g]
            f, g, own_f, own_g = f + moves[0] / 2, g + moves[1] / 2, own_f + moves[2] / 2, own_g
            own_g = own_g + moves[3] / 2
            if count >= len(first) - 1 and (
                schedule == "official"
                or max(float((-m / eps).expm1().abs().mean()) for m in moves) <= tolerance
            ):
                break
    value = (softmin(eps, xy, b + g / eps) - softmin(eps, xx, a + own_f / eps)).mean()
    return value + (softmin(eps, yx, a + f / eps) - softmin(eps, yy, b + own_g / eps)).mean()


def box(*points: Tensor) -> Tensor:
    """Return the diagonal of the box around all points."""
    every = torch.cat(points)
    return (every.amax(dim=0) - every.amin(dim=0)).norm()


def label_matrix(classes: list[Tensor], *, schedule: Schedule, tolerance: float) -> Tensor:
    """Return the divergence between each two classes, cost ‖x - y‖², eps 0.1."""
    distances = torch.zeros(len(classes), len(classes))
    for k, x in enumerate(classes):
        for other in range(k + 1, len(classes)):
            y = classes[other]
            costs = squared(x, y), squared(y, x), squared(x, x), squared(y, y)
            found = divergence(
                costs, float(box(x, y)), eps=0.1, schedule=schedule, tolerance=tolerance
            )
            distances[k, other] = distances[other, k] = found
    return distances


def baseline_otdd(
    source: Tensor,
    labels: Tensor,
    target: Tensor,
    *,
    schedule: Schedule,
    tolerance: float = 1e-3,
) -> Tensor:
    """Return the distance of a target of one class; gradient as of the official code."""
    count = int(labels.max()) + 1
    with torch.no_grad():
        classes = [source[labels == k] for k in range(count)] + [target]
        w = label_matrix(classes, schedule=schedule, tolerance=tolerance)
        across, within = w[labels][:, [count]], w[labels][:, labels]
    costs = (
        (squared(source, target.detach()) + across) / 2,
        (squared(target, source) + across.T) / 2,
        (squared(source, source) + within) / 2,
        squared(target, target.detach()) / 2,
    )
    diameter = float((box(source, target.detach()) ** 2 + count**2).sqrt())
    return divergence(costs, diameter, eps=0.1, schedule=schedule, tolerance=tolerance)


def geomloss_otdd(source: Tensor, labels: Tensor, target: Tensor) -> Tensor:
    """Return what the official code computes, by geomloss itself."""
    from geomloss import SamplesLoss

    count = int(labels.max()) + 1
    inner = SamplesLoss(
        "sinkhorn",
        p=2,
        blur=0.1**0.5,
        backend="tensorized",
        cost=lambda x, y: torch.stack([squared(*pair) for pair in zip(x, y, strict=True)]),
    )
    w = torch.zeros(count + 1, count + 1)
    classes = [source[labels == k] for k in range(count)] + [target.detach()]
    for k in range(count + 1):
        for other in range(k + 1, count + 1):
            w[k, other] = w[other, k] = inner(classes[k], classes[other])

    def cost(x: Tensor, y: Tensor) -> Tensor:
        features = squared(x[0, :, :-1], y[0, :, :-1])
        return (features + w[x[0, :, -1].long()][:, y[0, :, -1].long()])[None] / 2

    outer = SamplesLoss("sinkhorn", p=2, blur=0.1**0.5, backend="tensorized", cost=cost)
    with_labels = torch.cat([source, labels[:, None].to(source)], dim=1)
    target_label = torch.full((len(target), 1), float(count))
    return outer(with_labels, torch.cat([target, target_label], dim=1))
