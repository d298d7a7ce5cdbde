"""Distance between two classes: of their samples by transport, or of Gaussians in their place."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from orca.alignment.class_transport import (
    ClassTransport,
    transport_between_classes,
    transport_within_classes,
)
from orca.alignment.gaussian import GaussianDistances, gaussian_distances, gaussian_gradient
from orca.alignment.otdd_settings import OtddSettings
from orca.alignment.points_by_class import PointsByClass, spread
from orca.alignment.sides import Sides
from orca.alignment.transport import Solver


@dataclass(frozen=True, eq=False)
class LabelDistances(ABC):
    """Distances between the classes of source and target, to the power p.

    Args:
        across: between each target class and each source class.
        within: between target classes; 0 for a class and itself.
    """

    across: Float[Tensor, "l k"]
    within: Float[Tensor, "l l"]

    @abstractmethod
    def gradient(
        self, sides: Sides, across: Float[Tensor, "l k"], within: Float[Tensor, "l l"]
    ) -> Float[Tensor, "m width"]:
        """Return the gradient of a weighted sum of the distances by the target's points.

        Args:
            sides: what the distances were taken between.
            across: weight of each distance in `self.across`.
            within: weight of each distance in `self.within`; symmetric.
        """


def label_distances(
    sides: Sides, terms: Mapping[str, Tensor], settings: OtddSettings, *, with_gradient: bool
) -> LabelDistances:
    """Return the distances between the classes of source and target.

    Args:
        sides: source and target.
        terms: the source's, as `source_label_terms` returned them.
        settings: how the distances are computed.
        with_gradient: keep what their gradient needs.
    """
    if settings.inner == "gaussian":
        return GaussianLabels.between(sides, with_gradient=with_gradient)
    return SampleLabels.between(sides, terms, settings, with_gradient=with_gradient)


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
        return {"label_distances": gaussian_distances(source, source).values, "class_terms": own}
    solver, p = Solver.of(settings, times=settings.p), settings.p
    if settings.debiased:
        own = p * transport_within_classes(cost, source, solver).values
    between = p * transport_between_classes(cost, source, source, solver).values
    distances = (between - own[:, None] / 2 - own[None, :] / 2).fill_diagonal_(0)
    return {"label_distances": distances, "class_terms": own}


@dataclass(frozen=True, eq=False)
class SampleLabels(LabelDistances):
    """Transport costs between the classes' samples, debiased.

    Args:
        across_plan: plan between each target class and each source class.
        within_plan: plan between each two target classes, above the diagonal blocks.
        own_plan: plan of each target class to itself, in the diagonal blocks.
    """

    across_plan: Float[Tensor, "m n"] | None
    within_plan: Float[Tensor, "m m"] | None
    own_plan: Float[Tensor, "m m"] | None

    @classmethod
    def between(
        cls,
        sides: Sides,
        terms: Mapping[str, Tensor],
        settings: OtddSettings,
        *,
        with_gradient: bool,
    ) -> "SampleLabels":
        """Compute the distances; arguments as of `label_distances`."""
        solver, p, target = Solver.of(settings, times=settings.p), settings.p, sides.target
        none = sides.own_cost.new_zeros(len(target.sizes))
        own = ClassTransport(none, None)
        if settings.debiased:
            own = transport_within_classes(sides.own_cost, target, solver, with_plan=with_gradient)
        across = transport_between_classes(
            sides.cost, target, sides.source, solver, with_plan=with_gradient
        )
        within = transport_between_classes(
            sides.own_cost, target, target, solver, with_plan=with_gradient
        )
        half = p * own.values / 2
        return cls(
            across=p * across.values - half[:, None] - terms["class_terms"] / 2,
            within=(p * within.values - half[:, None] - half[None, :]).fill_diagonal_(0),
            across_plan=across.plan,
            within_plan=within.plan,
            own_plan=own.plan,
        )

    def gradient(
        self, sides: Sides, across: Float[Tensor, "l k"], within: Float[Tensor, "l l"]
    ) -> Float[Tensor, "m width"]:
        """Return the gradient, by the envelope theorem; see `LabelDistances.gradient`."""
        if self.across_plan is None or self.within_plan is None:
            raise AssertionError("the label distances were computed without plans")
        target, p = sides.target, sides.p
        gradient = sides.gradient(spread(p * across, target, sides.source) * self.across_plan)
        both_ways = self.within_plan + self.within_plan.T
        gradient += sides.own_gradient(spread(2 * p * within, target, target) * both_ways)
        if self.own_plan is not None:
            own = across.sum(dim=1) + 2 * (within.sum(dim=0) - within.diagonal())
            gradient -= sides.own_gradient((p * own)[target.labels][None, :] * self.own_plan)
        return gradient


@dataclass(frozen=True, eq=False)
class GaussianLabels(LabelDistances):
    """Squared Bures-Wasserstein distances between Gaussians in the classes' places."""

    across_parts: GaussianDistances
    within_parts: GaussianDistances

    @classmethod
    def between(cls, sides: Sides, *, with_gradient: bool) -> "GaussianLabels":
        """Compute the distances; arguments as of `label_distances`."""
        across = gaussian_distances(sides.target, sides.source, with_polar=with_gradient)
        within = gaussian_distances(sides.target, sides.target, with_polar=with_gradient)
        return cls(
            across=across.values, within=within.values, across_parts=across, within_parts=within
        )

    def gradient(
        self, sides: Sides, across: Float[Tensor, "l k"], within: Float[Tensor, "l l"]
    ) -> Float[Tensor, "m width"]:
        """Return the gradient; see `LabelDistances.gradient`."""
        gradient = gaussian_gradient(self.across_parts, across, sides.target, sides.source)
        between = 2 * (within - torch.diag(within.diagonal()))
        return gradient + gaussian_gradient(self.within_parts, between, sides.target, sides.target)
