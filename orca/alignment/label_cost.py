"""Distance between two classes: of their samples by transport, or of Gaussians in their place.

That of Gaussians is Bures and Wasserstein's, in float64. For those with the means and covariances of
two samples with centred matrices X and Y, tr (A^½ B A^½)^½ is the sum of the singular values of
X Yᵀ / √(n m), so no covariance is formed.

Those within the source are computed once: `orca.training.source_terms` keeps them in a file.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from orca.alignment.distances.otdd import OtddSettings
from orca.alignment.points import PointsByClass, Sides, pairs, spread
from orca.alignment.transport import Transport, transport_between_classes, transport_within_classes


@dataclass(frozen=True, eq=False)
class LabelDistances:
    """Distances between the classes of source and target, to the power p.

    Args:
        across: between each target class and each source class.
        within: between target classes; 0 for a class and itself.
        gradient: gives the gradient of a weighted sum of the distances by the target's points,
            from the weight of each distance in `across` and in `within` (symmetric).
    """

    across: Float[Tensor, "l k"]
    within: Float[Tensor, "l l"]
    gradient: Callable[[Tensor, Tensor], Tensor]


def label_distances(
    sides: Sides, terms: Mapping[str, Tensor], settings: OtddSettings, *, with_gradient: bool
) -> LabelDistances:
    """Return the distances between the classes of source and target.

    Args:
        sides: source and target.
        terms: the source's, as `source_label_terms` returned them.
        settings: of the distance.
        with_gradient: keep what their gradient needs, the plans.
    """
    if settings.inner == "gaussian":
        return _between_gaussians(sides)
    return _between_samples(sides, terms, settings, with_gradient=with_gradient)


def source_label_terms(
    source: PointsByClass, cost: Float[Tensor, "n n"], settings: OtddSettings
) -> dict[str, Tensor]:
    """Return the source's part of the label distances.

    Returns:
        `label_distances`, K x K, between source classes; `class_terms`, K, the cost of each
        class to itself, which debiasing subtracts (0 where it does not).
    """
    own = cost.new_zeros(len(source.sizes))
    if settings.inner == "gaussian":
        return {"label_distances": gaussian_distances(source, source)[0], "class_terms": own}
    solver, p = _for_labels(settings), settings.p
    if settings.debiased:
        own = p * transport_within_classes(cost, source, solver).value
    between = p * transport_between_classes(cost, source, source, solver).value
    distances = (between - own[:, None] / 2 - own[None, :] / 2).fill_diagonal_(0)
    return {"label_distances": distances, "class_terms": own}


def _for_labels(settings: OtddSettings) -> OtddSettings:
    """Return the settings for a cost divided by p: label distances are of distance^p itself."""
    return settings.model_copy(update={"reg": settings.reg / settings.p})


def _between_samples(
    sides: Sides, terms: Mapping[str, Tensor], settings: OtddSettings, *, with_gradient: bool
) -> LabelDistances:
    """Return transport costs between the classes' samples, debiased."""
    solver, p, target = _for_labels(settings), settings.p, sides.target
    own = Transport(sides.own_cost.new_zeros(len(target.sizes)), None)
    if settings.debiased:
        own = transport_within_classes(sides.own_cost, target, solver, with_plan=with_gradient)
    across = transport_between_classes(
        sides.cost, target, sides.source, solver, with_plan=with_gradient
    )
    within = transport_between_classes(
        sides.own_cost, target, target, solver, with_plan=with_gradient
    )

    def gradient(over: Tensor, among: Tensor) -> Tensor:
        """Return the gradient by the envelope theorem."""
        assert across.plan is not None and within.plan is not None
        found = sides.gradient(spread(p * over, target, sides.source) * across.plan)
        both_ways = within.plan + within.plan.T
        found += sides.own_gradient(spread(2 * p * among, target, target) * both_ways)
        if own.plan is not None:
            weights = over.sum(dim=1) + 2 * (among.sum(dim=0) - among.diagonal())
            found -= sides.own_gradient((p * weights)[target.labels][None, :] * own.plan)
        return found

    half = p * own.value / 2
    return LabelDistances(
        across=p * across.value - half[:, None] - terms["class_terms"] / 2,
        within=(p * within.value - half[:, None] - half[None, :]).fill_diagonal_(0),
        gradient=gradient,
    )


def _between_gaussians(sides: Sides) -> LabelDistances:
    """Return squared Bures-Wasserstein distances between Gaussians in the classes' places."""
    source, target = sides.source, sides.target
    across, polar = gaussian_distances(target, source)
    within, own_polar = gaussian_distances(target, target)

    def gradient(over: Tensor, among: Tensor) -> Tensor:
        between = 2 * (among - torch.diag(among.diagonal()))
        found = gaussian_gradient(polar, over, target, source)
        return found + gaussian_gradient(own_polar, between, target, target)

    return LabelDistances(across, within, gradient)


def gaussian_distances(
    rows: PointsByClass, columns: PointsByClass
) -> tuple[Float[Tensor, "k l"], Float[Tensor, "n m"]]:
    """Return ‖μ - ν‖² + tr A + tr B - 2 tr (A^½ B A^½)^½ for each pair of classes, and its slope.

    For distances within one set, rows and columns are one object. The slope, for
    `gaussian_gradient`, is U Vᵀ / √(n m) of each pair's X Yᵀ = U S Vᵀ, at its place among all
    samples.

    Source: Alvarez-Melis and Fusi 2020 (arXiv:2002.02923), section 4.3.
    """
    polar = rows.centred @ columns.centred.T
    values = torch.cdist(rows.means, columns.means).square()
    values += _variances(rows)[:, None] + _variances(columns)[None, :]
    for k, other in pairs(rows, columns):
        block = rows.slices[k], columns.slices[other]
        scale = (_degrees(rows)[k] * _degrees(columns)[other]).sqrt()
        roots, part = _polar(polar[block])
        values[k, other] -= 2 * roots / scale
        polar[block] = part / scale
        if rows is columns:
            values[other, k] = values[k, other]
            polar[block[::-1]] = part.T / scale
    if rows is columns:
        values.fill_diagonal_(0)
    return values.clamp(min=0).to(rows.points.dtype), polar


def gaussian_gradient(
    polar: Float[Tensor, "n m"],
    weights: Float[Tensor, "k l"],
    rows: PointsByClass,
    columns: PointsByClass,
) -> Float[Tensor, "n width"]:
    """Return the gradient of Σ weights_kl distance_kl by the rows' points, the columns' held fixed."""
    weights = weights.double()
    total = weights.sum(dim=1, keepdim=True)
    sizes = total.new_tensor(rows.sizes)[:, None]
    to_mean = 2 * (total * rows.means - weights @ columns.means) / sizes
    own = (2 * total / _degrees(rows)[:, None])[rows.labels] * rows.centred
    shared = spread(weights, rows, columns) * polar
    return (to_mean[rows.labels] + own - 2 * shared @ columns.centred).to(rows.points.dtype)


def _degrees(classes: PointsByClass) -> Float[Tensor, " k"]:
    """Return what each class's scatter is divided by to give its covariance."""
    return classes.means.new_tensor(classes.sizes).sub(1).clamp(min=1)


def _variances(classes: PointsByClass) -> Float[Tensor, " k"]:
    """Return the trace of each class's covariance."""
    degrees = _degrees(classes)
    scatter = classes.centred.square().sum(dim=1)
    return torch.zeros_like(degrees).index_add_(0, classes.labels, scatter) / degrees


def _polar(cross: Float[Tensor, "n m"]) -> tuple[Float[Tensor, ""], Float[Tensor, "n m"]]:
    """Return the sum of singular values of a matrix, and U Vᵀ over those that are not 0."""
    if cross.shape[0] < cross.shape[1]:
        value, polar = _polar(cross.T)
        return value, polar.T
    squares, v = torch.linalg.eigh(cross.T @ cross)
    there = squares > squares[-1] * torch.finfo(squares.dtype).eps * len(cross)
    roots = torch.where(there, squares, 0).sqrt()
    inverse = torch.where(there, 1 / roots, 0)
    return roots.sum(), cross @ (v * inverse) @ v.T
