"""Maximum mean discrepancy with five Gaussian kernels."""

from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor

from orca.alignment.distance import Computation
from orca.alignment.distances.mmd import MmdSettings
from orca.alignment.features import Given, SourceFeatures, checked_pair

KERNELS = 5


def mmd(source: Given, target: Given) -> Float[Tensor, ""]:
    """Return the mean kernel within source and within target, less twice that between them.

    The kernel is Σ_j exp(-‖x - y‖² / (b 2^j)), j = 0..4, where b is a quarter of the mean squared
    distance between two of all points, held fixed for the gradient. Means include a point
    and itself (a V-statistic).

    Args:
        source: source features, n x width: a tensor or an array.
        target: target features, m x width.

    Raises:
        FeatureError: on features that cannot be compared.

    Source: Gretton et al. 2012; official code, `MMD_loss`.
    Differs from the official code: source and target need not have the same number of samples.
    """
    source, target = checked_pair(source, target)
    points = torch.cat([source, target])
    points = points - points.detach().mean(dim=0)
    norms = points.square().sum(dim=1)
    squares = (norms[:, None] + norms[None, :] - 2 * points @ points.T).clamp(min=0)
    count = len(points)
    bandwidth = squares.detach().sum() / (count * count - count) / 4
    bandwidth = bandwidth.clamp(min=torch.finfo(squares.dtype).tiny)
    scales = bandwidth * 2.0 ** torch.arange(KERNELS, dtype=squares.dtype, device=squares.device)
    kernel = torch.exp(-squares / scales[:, None, None]).sum(dim=0)
    n = len(source)
    return kernel[:n, :n].mean() + kernel[n:, n:].mean() - 2 * kernel[:n, n:].mean()


class MmdComputation(Computation):
    """Maximum mean discrepancy of one target class from the source."""

    def loss(
        self,
        target: Float[Tensor, "m width"],
        target_labels: Tensor,
        source: SourceFeatures,
        terms: Mapping[str, Tensor],
        settings: MmdSettings,
        generator: torch.Generator,
    ) -> Float[Tensor, ""]:
        """Return the discrepancy from all source samples, or from as many as there are targets."""
        if settings.rows == "all":
            return mmd(source.features, target)
        rows = torch.randint(len(source.features), (len(target),), generator=generator)
        return mmd(source.features[rows.to(target.device)], target)
