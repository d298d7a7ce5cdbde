"""Distance between two classes: of their samples by transport, or of Gaussians in their place.

Those within the source are computed once: `orca.training.source_terms` keeps them in a file.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from orca.alignment.class_transport import transport_between_classes, transport_within_classes
from orca.alignment.cost import Sides
from orca.alignment.distances.otdd import OtddSettings
from orca.alignment.gaussian import gaussian_distances, gaussian_gradient
from orca.alignment.points import PointsByClass, spread
from orca.alignment.transport import Transport


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
        settings: how the distances are computed.
        with_gradient: keep what their gradient needs, the plans.
    """
    if settings.inner == "gaussian":
        return _between_gaussians(sides)
    return _between_samples(sides, terms, settings, with_gradient=with_gradient)


def source_label_terms(
    source: PointsByClass, cost: Float[Tensor, "n n"], settings: OtddSettings
) -> dict[str, Tensor]:
    """Return the source's part of the label distances.

    Args:
        source: the source's points.
        cost: feature cost within the source.
        settings: how the distances are computed.

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
