"""The optimal transport dataset distance as stage two uses it, and as a plain function."""

from collections.abc import Mapping
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from orca.alignment.dataset_distance import check_settings, distance_to_source, source_terms
from orca.alignment.distance import Computation
from orca.alignment.features import check_pair
from orca.alignment.otdd_settings import OtddSettings
from orca.alignment.source import SourceFeatures


class OtddComputation(Computation):
    """The optimal transport dataset distance, of one target class or of all at once."""

    def source_terms(self, source: SourceFeatures, settings: OtddSettings) -> dict[str, Tensor]:
        """Return label distances and self-terms of the source; see `dataset_distance.source_terms`."""
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
        """Return the distance less what, for one class, the label distances add to it."""
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


def otdd(  # noqa: PLR0913 - the settings of a distance, each by name
    source: Tensor,
    source_labels: Tensor,
    target: Tensor,
    target_labels: Tensor | None = None,
    *,
    inner: Literal["exact", "gaussian"] = "exact",
    p: Literal[1, 2] = 2,
    reg: float = 0.1,
    debiased: bool = True,
    solver: Literal["sinkhorn", "emd"] = "sinkhorn",
    schedule: Literal["converged", "official"] = "converged",
    tolerance: float = 1e-3,
    label_gradient: bool | None = None,
) -> Float[Tensor, ""]:
    """Return the optimal transport dataset distance, not rooted; its gradient is the target's.

    Where several targets are compared with one source, `OtddComputation` with the source's
    terms computed once is faster by far.

    Args:
        source: source features, n x width; shapes are checked here.
        source_labels: a class for each, as a whole number.
        target: target features, m x width.
        target_labels: a class for each; None for a target of one class.
        inner: distance between two classes, by transport of their samples or by Gaussians.
        p: exponent of the feature distance; the cost is (distance^p + label distance) / p.
        reg: entropic regularisation eps, in units of the cost; the label distances' cost is p
            times as large, under the same eps.
        debiased: subtract the self-terms.
        solver: "sinkhorn", or "emd" for unregularised transport (exact, slow).
        schedule: iterate to `tolerance`, or stop where the official code does.
        tolerance: L1 error of the plan's marginals to stop at.
        label_gradient: let the gradient through the label distances; None for Gaussians only,
            as in the official code.

    Raises:
        FeatureError: on features or labels that cannot be compared.
        SettingsError: on settings that contradict each other.
    """
    check_pair(source, target)
    settings = OtddSettings(
        inner=inner,
        p=p,
        reg=reg,
        debiased=debiased,
        solver=solver,
        schedule=schedule,
        tolerance=tolerance,
        label_gradient=inner == "gaussian" if label_gradient is None else label_gradient,
    )
    check_settings(settings)
    known = SourceFeatures.of(source, source_labels)
    if target_labels is None:
        target_labels = torch.zeros(len(target), dtype=torch.long, device=target.device)
    terms = source_terms(known, settings)
    return distance_to_source(known, target, target_labels, terms, settings, whole=True)
