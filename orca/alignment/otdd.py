"""The optimal transport dataset distance between a source and a target, value and gradient.

OTDD = OT(S, T) - ½ OT(S, S) - ½ OT(T, T), with the cost of moving sample (x, l) onto (x', l')

    (‖x - x'‖^p + W[l, l']) / p,

where W is the distance between the classes l and l' as sets of features (to the power p), by
transport of their samples, debiased in the same way, or between Gaussians
(`orca.alignment.label_cost`; its part within the source is kept by `orca.training.source_terms`).

The gradient is that of the transport cost at a fixed plan (envelope theorem). For a target of
one class W, held fixed, adds to each source sample a constant: it moves neither plan nor gradient.

Source: Alvarez-Melis and Fusi 2020 (arXiv:2002.02923); Shen et al. 2023 (arXiv:2302.05738), A.1.
"""

from collections.abc import Mapping
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from orca.alignment.distance import Computation
from orca.alignment.distances.otdd import OtddSettings
from orca.alignment.distances.otdd_gaussian import GaussianSettings
from orca.alignment.features import (
    Given,
    SourceFeatures,
    check_target,
    checked_pair,
    contiguous_labels,
)
from orca.alignment.label_cost import label_distances, source_label_terms
from orca.alignment.points import (
    PointsByClass,
    Sides,
    block_sums,
    feature_cost,
    spread,
    with_gradient,
)
from orca.alignment.transport import transport, transport_to_itself, uniform
from orca.errors import SettingsError
from orca.settings import checked


def otdd(
    source: Given,
    source_labels: Given,
    target: Given,
    target_labels: Given | None = None,
    **settings: Any,
) -> Float[Tensor, ""]:
    """Return the optimal transport dataset distance, not rooted; its gradient is the target's.

    Where several targets are compared with one source, `OtddComputation` with the source's
    terms computed once is faster by far.

    Args:
        source: source features, n x width: a tensor or an array; shapes are checked here.
        source_labels: a class for each, as a whole number.
        target: target features, m x width.
        target_labels: a class for each; None for a target of one class.
        settings: any of `OtddSettings`. The gradient goes through the label distances between
            Gaussians alone, as in the official code, unless `label_gradient` says otherwise.

    Raises:
        FeatureError: on features or labels that cannot be compared.
        SettingsError: on settings that are not known, out of range, or contradict each other.
    """
    source, target = checked_pair(source, target)
    kind = GaussianSettings if settings.get("inner") == "gaussian" else OtddSettings
    how = checked(kind, settings, where="the distance's settings", reference="")
    known = SourceFeatures.of(source, source_labels)
    if target_labels is None:
        target_labels = torch.zeros(len(target), dtype=torch.long)
    labels = torch.as_tensor(target_labels).to(target.device)
    return distance_to_source(known, target, labels, source_terms(known, how), how, whole=True)


class OtddComputation(Computation):
    """The optimal transport dataset distance, of one target class or of all at once."""

    def source_terms(self, source: SourceFeatures, settings: OtddSettings) -> dict[str, Tensor]:
        """Return label distances and self-terms of the source."""
        return source_terms(source, settings)

    def loss(
        self,
        target: Float[Tensor, "m width"],
        target_labels: Tensor,
        source: SourceFeatures,
        terms: Mapping[str, Tensor],
        settings: OtddSettings,
        generator: torch.Generator,
    ) -> Float[Tensor, ""]:
        """Return the distance without the constant label term of a single class."""
        return distance_to_source(source, target, target_labels, terms, settings, whole=False)

    def value(
        self,
        target: Float[Tensor, "m width"],
        target_labels: Tensor,
        source: SourceFeatures,
        terms: Mapping[str, Tensor],
        settings: OtddSettings,
        generator: torch.Generator,
    ) -> Float[Tensor, ""]:
        """Return the distance."""
        return distance_to_source(source, target, target_labels, terms, settings, whole=True)


def source_terms(source: SourceFeatures, settings: OtddSettings) -> dict[str, Tensor]:
    """Return what of the distance depends on the source alone.

    Returns:
        What `source_label_terms` returns, and `self_term`, the cost of the whole source to
        itself, which debiasing subtracts (0 where it does not).

    Raises:
        SettingsError: if Gaussians are asked for with p = 1.
    """
    if settings.inner == "gaussian" and settings.p != 2:
        raise SettingsError(
            where="inner",
            what=f"distances between Gaussians are squared, but p is {settings.p}",
            mend="set p to 2, or inner to 'exact'",
        )
    classes, p = _taking_part(source, settings).classes, settings.p
    cost = feature_cost(classes.points, classes, p=p)
    terms = source_label_terms(classes, cost, settings)
    terms["self_term"] = cost.new_zeros(())
    if settings.debiased:
        cost += spread(terms["label_distances"], classes, classes) / p
        start = [Sides(classes, classes, p).start]
        terms["self_term"] = transport_to_itself(uniform(cost), settings, start=start).value
    return terms


def distance_to_source(
    source: SourceFeatures,
    target: Float[Tensor, "m width"],
    target_labels: Tensor,
    terms: Mapping[str, Tensor],
    settings: OtddSettings,
    *,
    whole: bool,
) -> Float[Tensor, ""]:
    """Return the distance as a tensor that knows its gradient.

    Args:
        source: the source.
        target: target features, in any order.
        target_labels: their class ids.
        terms: what `source_terms` returned.
        settings: how to compute it.
        whole: the whole distance. Else, for a target of one class, what the label distances
            add to the value is left out, unless it has a gradient.

    Raises:
        FeatureError: on features or labels that cannot be compared.
    """
    source = _taking_part(source, settings)
    check_target(source.features, target)
    ids = contiguous_labels(target_labels, count=len(target), where="target labels")
    order = torch.argsort(ids, stable=True)
    points = target.detach().index_select(0, order) - source.centre
    sides = Sides(source.classes, PointsByClass(points, ids[order]), settings.p)
    value, gradient = _value_and_gradient(sides, terms, settings, whole=whole)
    return with_gradient(target, value, gradient.index_select(0, torch.argsort(order)))


def _taking_part(source: SourceFeatures, settings: OtddSettings) -> SourceFeatures:
    return source if settings.single_samples else source.of_several


def _value_and_gradient(
    sides: Sides, terms: Mapping[str, Tensor], settings: OtddSettings, *, whole: bool
) -> tuple[Float[Tensor, ""], Float[Tensor, "m width"]]:
    source, target, p = sides.source, sides.target, sides.p
    one, start = len(target.sizes) == 1, [sides.start]
    labels = None
    if whole or settings.label_gradient or not one:
        labels = label_distances(sides, terms, settings, with_gradient=settings.label_gradient)
    cost, own_cost, added = sides.cost, sides.own_cost, sides.cost.new_zeros(len(source.points))
    if labels is not None and one:
        added = labels.across[0, source.labels] / p
    elif labels is not None:
        cost = cost + spread(labels.across, target, source) / p
        own_cost = own_cost + spread(labels.within, target, target) / p
    across = transport(uniform(cost), settings, start=start, initial=-added, with_plan=True)
    assert across.plan is not None
    value, gradient = across.value + added.mean(), sides.gradient(across.plan)
    own_plan = own_cost.new_zeros(()).expand_as(own_cost)
    if settings.debiased:
        own = transport_to_itself(uniform(own_cost), settings, start=start, with_plan=True)
        assert own.plan is not None
        value, own_plan = value - own.value / 2 - terms["self_term"] / 2, own.plan
        gradient -= sides.own_gradient(own_plan)
    if labels is not None and settings.label_gradient:
        gradient += labels.gradient(*_label_weights(sides, across.plan, own_plan, settings))
    return value, gradient


def _label_weights(
    sides: Sides, plan: Tensor, own_plan: Tensor, settings: OtddSettings
) -> tuple[Float[Tensor, "l k"], Float[Tensor, "l l"]]:
    """Return the slope of the distance by each label distance, across and within the target.

    Differs from the official code: none, where its schedule is asked for. There, automatic
    differentiation meets each label distance twice, in the costs of both directions, and the
    slope comes out doubled; else it is the true one.
    """
    source, target, p = sides.source, sides.target, sides.p
    across = block_sums(plan, target, source) / p
    within = -block_sums(own_plan, target, target) / (2 * p)
    exact = source.shares[None, :] / p if len(target.sizes) == 1 else across
    if settings.schedule == "official":
        return exact + across, 2 * within
    return exact, within
