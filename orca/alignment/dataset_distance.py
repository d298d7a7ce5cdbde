"""The optimal transport dataset distance between a source and a target, value and gradient.

OTDD = OT(S, T) - ½ OT(S, S) - ½ OT(T, T), with the cost of moving sample (x, l) onto (x', l')

    (‖x - x'‖^p + W[l, l']) / p,

where W is the distance between the classes l and l' as sets of features (to the power p), by
transport of their samples, debiased likewise, or between Gaussians.

The gradient is that of the transport cost at a fixed plan (envelope theorem). For a target of
one class W adds to each source sample a constant: it moves neither plan nor gradient.

Source: Alvarez-Melis and Fusi 2020 (arXiv:2002.02923); Shen et al. 2023 (arXiv:2302.05738), A.1.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from orca.alignment.cost import feature_cost
from orca.alignment.envelope import with_gradient
from orca.alignment.features import check_target, contiguous_labels
from orca.alignment.label_cost import label_distances, source_label_terms
from orca.alignment.otdd_settings import OtddSettings
from orca.alignment.points_by_class import PointsByClass, block_sums, spread
from orca.alignment.sides import Sides, first_temperature
from orca.alignment.source import SourceFeatures
from orca.alignment.transport import Solver, Transport, transport, transport_to_itself, uniform
from orca.errors import SettingsError


@dataclass(frozen=True)
class Descent:
    """The distance of a target from the source, and its slope.

    Args:
        value: the distance, or its part that depends on the target.
        gradient: of the distance, with respect to the target's points.
    """

    value: Float[Tensor, ""]
    gradient: Float[Tensor, "m width"]


def check_settings(settings: OtddSettings) -> None:
    """Check what no single setting shows.

    Raises:
        SettingsError: if Gaussians are asked for with p = 1.
    """
    if settings.inner == "gaussian" and settings.p != 2:
        raise SettingsError(
            where="inner",
            what=f"distances between Gaussians are squared, but p is {settings.p}",
            mend="set p to 2, or inner to 'exact'",
        )


def source_terms(source: SourceFeatures, settings: OtddSettings) -> dict[str, Tensor]:
    """Return what of the distance depends on the source alone.

    Returns:
        What `source_label_terms` returns, and `self_term`, the cost of the whole source to
        itself, which debiasing subtracts (0 where it does not).
    """
    check_settings(settings)
    classes, p = source.classes, settings.p
    cost = feature_cost(classes.points, classes.points, p=p, y_lifted=classes.lifted)
    terms = source_label_terms(classes, cost, settings)
    terms["self_term"] = cost.new_zeros(())
    if settings.debiased:
        cost += spread(terms["label_distances"], classes, classes) / p
        start = [first_temperature(classes, classes, p=p)]
        solved = transport_to_itself(uniform(cost), Solver.of(settings), start=start)
        terms["self_term"] = solved.value
    return terms


def descend(
    sides: Sides,
    terms: Mapping[str, Tensor],
    settings: OtddSettings,
    *,
    whole: bool,
) -> Descent:
    """Return the distance and its gradient.

    Args:
        sides: source and target.
        terms: what `source_terms` returned.
        settings: how to compute it.
        whole: the whole distance. Else, for a target of one class, what the label distances
            add to the value is left out, unless it has a gradient.
    """
    source, target, p = sides.source, sides.target, sides.p
    one = len(target.sizes) == 1
    labels = None
    if whole or settings.label_gradient or not one:
        labels = label_distances(sides, terms, settings, with_gradient=settings.label_gradient)
    cost, own_cost, added = sides.cost, sides.own_cost, sides.cost.new_zeros(len(source.points))
    if labels is not None and one:
        added = labels.across[0, source.labels] / p
    elif labels is not None:
        cost = cost + spread(labels.across, target, source) / p
        own_cost = own_cost + spread(labels.within, target, target) / p
    solver, start = Solver.of(settings), [sides.start]
    across = transport(uniform(cost), solver, start=start, initial=-added, with_plan=True)
    value, gradient = across.value + added.mean(), sides.gradient(_plan(across))
    own_plan = own_cost.new_zeros(()).expand_as(own_cost)
    if settings.debiased:
        own = transport_to_itself(uniform(own_cost), solver, start=start, with_plan=True)
        value, own_plan = value - own.value / 2 - terms["self_term"] / 2, _plan(own)
        gradient -= sides.own_gradient(own_plan)
    if labels is not None and settings.label_gradient:
        weights, own_weights = _label_weights(sides, _plan(across), own_plan, settings)
        gradient += labels.gradient(sides, weights, own_weights)
    return Descent(value, gradient)


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


def _plan(solved: Transport) -> Float[Tensor, "n m"]:
    if solved.plan is None:
        raise AssertionError("transport was solved without its plan")
    return solved.plan


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
        whole: see `descend`.

    Raises:
        FeatureError: on features or labels that cannot be compared.
    """
    check_target(source.features, target)
    ids = contiguous_labels(target_labels, count=len(target), where="target labels")
    order = torch.argsort(ids, stable=True)
    points = target.detach().index_select(0, order) - source.centre
    classes = PointsByClass(points, ids[order], torch.bincount(ids).tolist())
    sides = Sides(source.classes, classes, settings.p)
    found = descend(sides, terms, settings, whole=whole)
    return with_gradient(target, found.value, found.gradient.index_select(0, torch.argsort(order)))
