"""Sums of points under a plan, which holds few entries that matter."""

from functools import cached_property

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

NEGLIGIBLE = 2.0**-7  # share of a row's weight that all entries left out hold at most
FEW = 1 / 8  # share of entries up to which summing them one by one is the faster way
LARGE = 2**26  # multiplications of the dense product from which on it pays to look
STRIP = 96  # features of the points gathered at a time: 5000 such strips fit a processor's cache


class Summands:
    """Points that sums are taken over, again and again.

    Args:
        points: the points.
    """

    def __init__(self, points: Float[Tensor, "m width"]) -> None:
        self.points = points

    @cached_property
    def strips(self) -> list[Float[Tensor, "m strip"]]:
        """The points, cut into strips of their features."""
        return [strip.contiguous() for strip in self.points.split(STRIP, dim=1)]

    def weighted(self, weights: Float[Tensor, "n m"]) -> Float[Tensor, "n width"]:
        """Return Σ_j weights_ij points_j.

        In float32 on a CPU, where a large matrix has few entries that matter, over these alone.
        The bound `NEGLIGIBLE` takes every entry left out to be as large as it may be; those of a
        plan fall off so fast that the sums are right to 5e-5 or better.
        """
        if weights.device.type == "cpu" and weights.dtype == torch.float32:
            large = weights.numel() * self.points.shape[1] >= LARGE
            found = self._of_few(weights) if large else None
            if found is not None:
                return found
        return weights @ self.points

    def _of_few(self, weights: Float[Tensor, "n m"]) -> Float[Tensor, "n width"] | None:
        """Return the sums over the larger entries; None where these are many."""
        rows, columns = weights.shape
        sizes = weights if float(weights.amin()) >= 0 else weights.abs()
        least = sizes.sum(dim=1, keepdim=True) * (NEGLIGIBLE / columns)
        large = sizes.numpy() > least.numpy()  # four times as fast as PyTorch's comparison
        if np.count_nonzero(large) > FEW * large.size:
            return None
        kept = torch.from_numpy(np.flatnonzero(large))
        starts = torch.searchsorted(kept, torch.arange(rows) * columns).int()
        places, kept_weights = (kept % columns).int(), weights.take(kept)
        sums = [
            functional.embedding_bag(
                places, strip, starts, mode="sum", per_sample_weights=kept_weights
            )
            for strip in self.strips
        ]
        return torch.cat(sums, dim=1)
