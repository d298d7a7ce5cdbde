"""Samples sorted by class, and matrices over pairs of samples cut into blocks by class."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Float, Int
from torch import Tensor

from orca.alignment.cost import lifted
from orca.alignment.weighted_sums import Summands


@dataclass(frozen=True, eq=False)
class PointsByClass:
    """Points with classes, rows of one class side by side.

    Args:
        points: the points.
        labels: class ids 0..K-1, ascending.
        sizes: samples of each class.
    """

    points: Float[Tensor, "n width"]
    labels: Int[Tensor, " n"]
    sizes: list[int]

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
    def boxes(self) -> tuple[Float[Tensor, "k width"], Float[Tensor, "k width"]]:
        """Smallest and largest value of each feature in each class."""
        parts = [self.points[rows] for rows in self.slices]
        low = torch.stack([part.amin(dim=0) for part in parts])
        return low, torch.stack([part.amax(dim=0) for part in parts])

    @cached_property
    def box(self) -> tuple[Float[Tensor, " width"], Float[Tensor, " width"]]:
        """Smallest and largest value of each feature."""
        return self.boxes[0].amin(dim=0), self.boxes[1].amax(dim=0)

    @cached_property
    def lifted(self) -> Float[Tensor, "n lifted"]:
        """The points as `feature_cost` multiplies them."""
        return lifted(self.points)

    @cached_property
    def summands(self) -> Summands:
        """The points as `cost_gradient` sums them."""
        return Summands(self.points)


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
    """Yield the pairs of classes; each but once where rows and columns are the same."""
    for k in range(len(rows.sizes)):
        for other in range(k + 1 if rows is columns else 0, len(columns.sizes)):
            yield k, other
