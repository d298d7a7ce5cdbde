"""Wasserstein distance along random directions, where transport is sorting."""

from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor

from orca.alignment.distance import Computation
from orca.alignment.distances.sliced_wasserstein import SlicedSettings
from orca.alignment.features import Given, SourceFeatures, checked_pair


def sliced_wasserstein(
    source: Given,
    target: Given,
    *,
    directions: int = 128,
    generator: torch.Generator,
) -> Float[Tensor, ""]:
    """Return the squared 2-Wasserstein distance, averaged over random directions.

    Args:
        source: source features, n x width: a tensor or an array.
        target: target features, m x width.
        directions: how many directions are drawn, uniformly.
        generator: draws them; on the CPU.

    Raises:
        FeatureError: on features that cannot be compared.

    Source: Bonneel et al. 2015; one-dimensional transport by POT.
    """
    import ot

    source, target = checked_pair(source, target)
    drawn = torch.randn(source.shape[1], directions, generator=generator, dtype=torch.float64)
    unit = (drawn / torch.linalg.vector_norm(drawn, dim=0)).to(source)
    centre = source.detach().mean(dim=0)
    along = (source.detach() - centre) @ unit, (target - centre) @ unit
    return ot.wasserstein_1d(*along, p=2).mean()


class SlicedComputation(Computation):
    """Sliced Wasserstein distance of one target class from the source."""

    def loss(
        self,
        target: Float[Tensor, "m width"],
        target_labels: Tensor,
        source: SourceFeatures,
        terms: Mapping[str, Tensor],
        settings: SlicedSettings,
        generator: torch.Generator,
    ) -> Float[Tensor, ""]:
        """Return the distance along newly drawn directions."""
        return sliced_wasserstein(
            source.features, target, directions=settings.directions, generator=generator
        )
