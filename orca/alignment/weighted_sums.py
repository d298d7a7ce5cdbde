"""Sums of points under a plan, which holds few entries that matter."""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

NEGLIGIBLE = 2.0**-10  # share of a column's weight that all entries left out hold at most
FEW = 1 / 16  # share of entries up to which summing them one by one is the faster way
LARGE = 2**28  # multiplications of the dense product from which on it pays to look


def weighted_sums(
    weights: Float[Tensor, "n m"], points: Float[Tensor, "n width"]
) -> Float[Tensor, "m width"]:
    """Return Σ_i weights_ij points_i.

    In float32 on a CPU, where a large matrix has few entries that matter, over these alone. The
    bound `NEGLIGIBLE` takes every entry left out to be as large as it may be; those of a plan fall
    off so fast that the sums are right to 1e-5 or better.
    """
    if weights.device.type == "cpu" and weights.dtype == torch.float32:
        found = _of_few(weights, points) if weights.numel() * points.shape[1] >= LARGE else None
        if found is not None:
            return found
    return weights.T @ points


def _of_few(
    weights: Float[Tensor, "n m"], points: Float[Tensor, "n width"]
) -> Float[Tensor, "m width"] | None:
    """Return the sums over the larger entries; None where these are many."""
    by_column = weights.T.contiguous()
    columns, rows = by_column.shape
    sizes = by_column.abs()
    least = sizes.sum(dim=1, keepdim=True) * (NEGLIGIBLE / rows)
    large = (sizes > least).numpy()
    if np.count_nonzero(large) > FEW * large.size:
        return None
    kept = torch.from_numpy(np.flatnonzero(large))
    starts = torch.searchsorted(kept, torch.arange(columns) * rows)
    return functional.embedding_bag(
        kept % rows,
        points,
        starts,
        mode="sum",
        per_sample_weights=by_column.view(-1)[kept],
    )
