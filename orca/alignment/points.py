"""Points, what is kept of them between calls, and matrices over pairs of points, by class."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional

NEGLIGIBLE = 2.0**-7  # share of a row's weight that all entries left out hold at most
FEW = 1 / 8  # share of entries up to which summing them one by one is the faster way
LARGE = 2**26  # multiplications of the dense product from which on it pays to look
STRIP = 96  # features of the points gathered at a time: 5000 such strips fit a processor's cache

Box = tuple[Float[Tensor, "... width"], Float[Tensor, "... width"]]


@dataclass(frozen=True, eq=False)
class Points:
    """Points that many costs and weighted sums are computed from."""

    points: Float[Tensor, "n width"]

    @cached_property
    def lifted(self) -> Float[Tensor, "n lifted"]:
        """(x, ‖x‖²/2, 1) for each point x, as `feature_cost` multiplies them."""
        half = 0.5 * self.points.square().sum(dim=1, keepdim=True)
        return torch.cat([self.points, half, torch.ones_like(half)], dim=1)

    @cached_property
    def strips(self) -> list[Float[Tensor, "n strip"]]:
        """The points, cut into strips of their features."""
        return [strip.contiguous() for strip in self.points.split(STRIP, dim=1)]

    def weighted_sums(self, weights: Float[Tensor, "m n"]) -> Float[Tensor, "m width"]:
        """Return Σ_j weights_ij points_j.

        In float32 on a CPU, a large matrix with few large entries, such as a plan, is summed over
        these alone. The bound `NEGLIGIBLE` assumes that each entry left out is as large as
        possible; the entries of a plan decay so fast that the sums are right to 5e-5 or better.
        """
        if weights.device.type == "cpu" and weights.dtype == torch.float32:
            large = weights.numel() * self.points.shape[1] >= LARGE
            found = self._sums_of_few(weights) if large else None
            if found is not None:
                return found
        return weights @ self.points

    def _sums_of_few(self, weights: Float[Tensor, "m n"]) -> Float[Tensor, "m width"] | None:
        """Return the sums over the larger entries; None where these are many."""
        rows, columns = weights.shape
        sizes = weights if float(weights.amin()) >= 0 else weights.abs()
        least = sizes.sum(dim=1, keepdim=True) * (NEGLIGIBLE / columns)
        large = sizes.numpy() > least.numpy()  # four times as fast as PyTorch's comparison
        if np.count_nonzero(large) > FEW * large.size:
            return None
        # A compressed sparse matrix takes longer: 9 to 12 ms to convert, 4 to 8 ms to multiply.
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


@dataclass(frozen=True, eq=False)
class PointsByClass(Points):
    """Points with classes, rows of one class side by side.

    Args:
        points: the points.
        labels: class ids 0..K-1, ascending.
    """

    labels: Int[Tensor, " n"]

    @cached_property
    def sizes(self) -> list[int]:
        """The number of samples of each class."""
        return torch.bincount(self.labels).tolist()

    @cached_property
    def shares(self) -> Float[Tensor, " k"]:
        """Share of the samples that each class has."""
        return self.points.new_tensor(self.sizes) / len(self.points)

    @cached_property
    def slices(self) -> list[slice]:
        """The rows of each class."""
        ends = torch.tensor(self.sizes).cumsum(dim=0).tolist()
        return [slice(end - size, end) for end, size in zip(ends, self.sizes, strict=True)]

    @cached_property
    def boxes(self) -> Box:
        """Smallest and largest value of each feature in each class."""
        parts = [self.points[rows] for rows in self.slices]
        low = torch.stack([part.amin(dim=0) for part in parts])
        return low, torch.stack([part.amax(dim=0) for part in parts])

    @cached_property
    def box(self) -> Box:
        """Smallest and largest value of each feature."""
        return self.boxes[0].amin(dim=0), self.boxes[1].amax(dim=0)

    @cached_property
    def means(self) -> Float[Tensor, "k width"]:
        """The mean of each class, in float64."""
        return torch.stack([self.points[rows].double().mean(dim=0) for rows in self.slices])

    @cached_property
    def centred(self) -> Float[Tensor, "n width"]:
        """The points less the mean of their class, in float64."""
        return self.points.double() - self.means[self.labels]


def box_distance(first: Box, second: Box) -> Float[Tensor, "..."]:
    """Return the diagonal of the smallest box around two boxes, an upper bound on distances."""
    low, high = torch.minimum(first[0], second[0]), torch.maximum(first[1], second[1])
    return (high - low).square().sum(dim=-1).sqrt()


def spread(
    per_class: Float[Tensor, "k l"], rows: PointsByClass, columns: PointsByClass
) -> Float[Tensor, "n m"]:
    """Return the matrix over samples whose entries are those of their classes."""
    return per_class[rows.labels][:, columns.labels]


def block_sums(
    matrix: Float[Tensor, "n m"], rows: PointsByClass, columns: PointsByClass
) -> Float[Tensor, "k l"]:
    """Return the sum of a matrix over the samples of each pair of classes."""
    by_row = matrix.new_zeros(len(rows.sizes), matrix.shape[1]).index_add_(0, rows.labels, matrix)
    sums = matrix.new_zeros(len(rows.sizes), len(columns.sizes))
    return sums.index_add_(1, columns.labels, by_row)


def pairs(rows: PointsByClass, columns: PointsByClass) -> Iterator[tuple[int, int]]:
    """Yield the pairs of classes; each only once where rows and columns are the same."""
    for k in range(len(rows.sizes)):
        for other in range(k + 1 if rows is columns else 0, len(columns.sizes)):
            yield k, other
