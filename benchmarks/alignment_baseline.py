"""The baseline: the same formulas, written plainly, with nothing cached.

Every call computes all label distances and all self-terms anew, each Sinkhorn problem on its
own, in logarithmic form, as the official code's call of geomloss does. `geomloss_otdd` is that
call itself, to show that the baseline is no straw man.
"""

import math

import torch
from torch import Tensor


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


def potentials(
    forth: Tensor, back: Tensor, diameter: float, eps: float, tolerance: float | None
) -> tuple[Tensor, Tensor]:
    """Return potentials by annealing, then at `eps` to an L1 marginal error of `tolerance`."""
    a = torch.full((len(forth),), -math.log(len(forth)))
    b = torch.full((len(back),), -math.log(len(back)))
    steps = temperatures(diameter, eps)
    f, g = softmin(steps[0], forth, b), softmin(steps[0], back, a)
    for count in range(20_000):
        t = steps[min(count, len(steps) - 1)]
        f_new, g_new = softmin(t, forth, b + g / t), softmin(t, back, a + f / t)
        error = max(float(((x - y) / t).expm1().abs().mean()) for x, y in ((f, f_new), (g, g_new)))
        f, g = (f + f_new) / 2, (g + g_new) / 2
        if count >= len(steps) - 1 and (tolerance is None or error <= tolerance):
            break
    return f, g


def own_potentials(cost: Tensor, diameter: float, eps: float, tolerance: float | None) -> Tensor:
    """Return the potentials of a set and itself, which are one and the same."""
    a = torch.full((len(cost),), -math.log(len(cost)))
    steps = temperatures(diameter, eps)
    f = softmin(steps[0], cost, a)
    for count in range(20_000):
        t = steps[min(count, len(steps) - 1)]
        f_new = softmin(t, cost, a + f / t)
        error = float(((f - f_new) / t).expm1().abs().mean())
        f = (f + f_new) / 2
        if count >= len(steps) - 1 and (tolerance is None or error <= tolerance):
            break
    return f


def divergence(
    costs: tuple[Tensor, Tensor, Tensor, Tensor],
    diameter: float,
    *,
    eps: float,
    tolerance: float | None,
) -> Tensor:
    """Return the debiased Sinkhorn divergence, differentiable in the costs.

    Args:
        costs: from x to y, y to x, within x, within y.
        diameter: upper bound on the distances.
        eps: regularisation.
        tolerance: L1 error of the marginals to stop at; None after annealing.
    """
    xy, yx, xx, yy = costs
    a = torch.full((len(xy),), -math.log(len(xy)))
    b = torch.full((len(yx),), -math.log(len(yx)))
    with torch.no_grad():
        f, g = potentials(xy, yx, diameter, eps, tolerance)
        own_f = own_potentials(xx, diameter, eps, tolerance)
        own_g = own_potentials(yy, diameter, eps, tolerance)
    value = (softmin(eps, xy, b + g / eps) - softmin(eps, xx, a + own_f / eps)).mean()
    return value + (softmin(eps, yx, a + f / eps) - softmin(eps, yy, b + own_g / eps)).mean()


def box(*points: Tensor) -> Tensor:
    """Return the diagonal of the box around all points."""
    every = torch.cat(points)
    return (every.amax(dim=0) - every.amin(dim=0)).norm()


def label_matrix(classes: list[Tensor], *, tolerance: float | None) -> Tensor:
    """Return the divergence between each two classes, cost ‖x - y‖², eps 0.1."""
    distances = torch.zeros(len(classes), len(classes))
    for k, x in enumerate(classes):
        for other in range(k + 1, len(classes)):
            y = classes[other]
            costs = squared(x, y), squared(y, x), squared(x, x), squared(y, y)
            found = divergence(costs, float(box(x, y)), eps=0.1, tolerance=tolerance)
            distances[k, other] = distances[other, k] = found
    return distances


def baseline_otdd(
    source: Tensor, labels: Tensor, target: Tensor, *, tolerance: float | None
) -> Tensor:
    """Return the distance of a target of one class; gradient as of the official code.

    Args:
        source: source features.
        labels: their classes, from 0.
        target: target features.
        tolerance: L1 error of the marginals to stop at; None for the official schedule.
    """
    count = int(labels.max()) + 1
    with torch.no_grad():
        classes = [source[labels == k] for k in range(count)] + [target]
        w = label_matrix(classes, tolerance=tolerance)
        across, within = w[labels][:, [count]], w[labels][:, labels]
    costs = (
        (squared(source, target.detach()) + across) / 2,
        (squared(target, source) + across.T) / 2,
        (squared(source, source) + within) / 2,
        squared(target, target.detach()) / 2,
    )
    diameter = float((box(source, target.detach()) ** 2 + count**2).sqrt())
    return divergence(costs, diameter, eps=0.1, tolerance=tolerance)


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
