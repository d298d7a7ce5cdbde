"""Mean Euclidean distance between samples of two sets: over all pairs, or over random pairs."""

from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor

from orca.alignment.distance import Computation, DistanceSettings
from orca.alignment.distances.euclidean import EuclideanSettings
from orca.alignment.features import Given, SourceFeatures, check_target, checked_pair
from orca.alignment.points import Points, cost_gradient, feature_cost, with_gradient


def euclidean(source: Given, target: Given, *, debiased: bool = True) -> Float[Tensor, ""]:
    """Return the mean of ‖x - y‖ over all pairs of a source and a target sample.

    Args:
        source: source features, n x width: a tensor or an array.
        target: target features, m x width.
        debiased: subtract half the mean within source and within target, each sample paired
            with itself too: half the energy distance, 0 between equal sets alone.

    Raises:
        FeatureError: on features that cannot be compared.

    Source: Shen et al. 2023 (arXiv:2302.05738), section 3.4; Szekely and Rizzo 2013.
    Differs from the official code: see `euclidean_paired`.
    """
    source, target = checked_pair(source, target)
    points = Points(source.detach())
    within = feature_cost(points.points, points, p=1).mean() if debiased else None
    return _mean_distance_to_source(points, target, within)


def _mean_distance_to_source(
    source: Points, target: Float[Tensor, "m width"], within_source: Float[Tensor, ""] | None
) -> Float[Tensor, ""]:
    """Return the mean distance, debiased if the mean distance within the source is given."""
    points = Points(target.detach())
    value, gradient = _mean_distance(points, source)
    if within_source is not None:
        within, slope = _mean_distance(points, points)
        value, gradient = value - within / 2 - within_source / 2, gradient - slope
    return with_gradient(target, value, gradient)


def _mean_distance(x: Points, y: Points) -> tuple[Float[Tensor, ""], Float[Tensor, "n width"]]:
    """Return the mean distance over all pairs, and its gradient by x."""
    cost = feature_cost(x.points, y, p=1)
    plan = torch.full_like(cost, 1 / cost.numel())
    return cost.mean(), cost_gradient(plan, cost, x.points, y, p=1)


def euclidean_paired(
    source: Given,
    target: Given,
    *,
    generator: torch.Generator,
) -> Float[Tensor, ""]:
    """Return the mean of ‖x - y‖ over samples paired at random, as the official code does.

    The source is shuffled and cut into batches as long as the target; the means over full
    batches are summed and divided by the number of all batches, a short last one included. If
    the source is shorter than the target, the target's surplus is left out.

    Args:
        source: source features, n x width: a tensor or an array.
        target: target features, m x width.
        generator: shuffles the source; on the CPU.

    Raises:
        FeatureError: on features that cannot be compared.

    Source: official code, `l2`.
    """
    source, target = checked_pair(source, target)
    n, m = len(source), len(target)
    shuffled = source.detach()[torch.randperm(n, generator=generator).to(source.device)]
    if n < m:
        return torch.linalg.vector_norm(shuffled - target[:n], dim=1).mean()
    full = n // m
    batches = shuffled[: full * m].reshape(full, m, -1)
    distances = torch.linalg.vector_norm(batches - target, dim=2)
    return distances.mean() * (full / -(-n // m))


class EuclideanComputation(Computation):
    """Mean Euclidean distance of one target class from the source, over all pairs."""

    def source_terms(
        self, source: SourceFeatures, settings: EuclideanSettings
    ) -> dict[str, Tensor]:
        """Return the mean distance within the source, where debiasing needs it."""
        points = Points(source.features)
        within = feature_cost(points.points, points, p=1).mean()
        return {"within": within} if settings.debiased else {}

    def loss(
        self,
        target: Float[Tensor, "m width"],
        target_labels: Tensor,
        source: SourceFeatures,
        terms: Mapping[str, Tensor],
        settings: EuclideanSettings,
        generator: torch.Generator,
    ) -> Float[Tensor, ""]:
        """Return the distance."""
        check_target(source.features, target)
        within = terms["within"] if settings.debiased else None
        return _mean_distance_to_source(Points(source.features), target, within)


class PairedComputation(Computation):
    """Mean Euclidean distance of one target class from the source, paired at random."""

    def loss(
        self,
        target: Float[Tensor, "m width"],
        target_labels: Tensor,
        source: SourceFeatures,
        terms: Mapping[str, Tensor],
        settings: DistanceSettings,
        generator: torch.Generator,
    ) -> Float[Tensor, ""]:
        """Return the distance under one random pairing."""
        return euclidean_paired(source.features, target, generator=generator)
