"""Points by class, and matrices over pairs of points: their feature cost, sums over it, its gradient.

What many calls need of the same points is kept with them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

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


def feature_cost(x: Float[Tensor, "n width"], y: Points, *, p: int) -> Float[Tensor, "n m"]:
    """Return ‖x_i - y_j‖^p / p.

    For p = 2 by one matrix product, of (-x, 1, ‖x‖²/2) and (y, ‖y‖²/2, 1); exact to rounding
    relative to the points' distance from the origin, so centre them. For p = 1, where a root
    would magnify that rounding, by differences.
    """
    if p == 1:
        return torch.cdist(x, y.points, compute_mode="donot_use_mm_for_euclid_dist")
    # bfloat16 is out: an error of 1 % in a cost is many times eps. OpenBLAS takes 25 ms instead of 29,
    # but its threads keep spinning, and the next product of PyTorch takes 40.
    half = 0.5 * x.square().sum(dim=1, keepdim=True)
    return torch.cat([-x, torch.ones_like(half), half], dim=1) @ y.lifted.T


def cost_gradient(
    plan: Float[Tensor, "n m"],
    cost: Float[Tensor, "n m"],
    x: Float[Tensor, "n width"],
    y: Points,
    *,
    p: int,
) -> Float[Tensor, "n width"]:
    """Return Σ_j plan_ij ∇_x ‖x_i - y_j‖^p / p, which is 0 for points that coincide.

    `cost` is the pairs' `feature_cost`.
    """
    weights = plan if p == 2 else torch.where(cost > 0, plan / cost, 0)
    return weights.sum(dim=1, keepdim=True) * x - y.weighted_sums(weights)


@dataclass(frozen=True, eq=False)
class Sides:
    """Source and target, and the feature costs of moving between and within them.

    Args:
        source: its points, taken from the source's centre.
        target: its points, taken from there too.
        p: exponent of the distance in the cost.
    """

    source: PointsByClass
    target: PointsByClass
    p: int

    @cached_property
    def cost(self) -> Float[Tensor, "m n"]:
        """Feature cost between target and source, a row for each target point.

        The gradient's sums over the source thus run along contiguous memory.
        """
        return feature_cost(self.target.points, self.source, p=self.p)

    @cached_property
    def own_cost(self) -> Float[Tensor, "m m"]:
        """Feature cost within the target."""
        return feature_cost(self.target.points, self.target, p=self.p)

    @cached_property
    def start(self) -> float:
        """The temperature that annealing starts from: the extent of all samples to the power p.

        As in the official code, the samples' extent is the diagonal of the box around their
        features and, beside them, their class ids, the target's following the source's. Where
        target and source are one object, it has the class ids of a target of one class.
        """
        added = 1 if self.target is self.source else len(self.target.sizes)
        ids = len(self.source.sizes) + added - 1
        square = box_distance(self.source.box, self.target.box) ** 2 + ids**2
        return float(square ** (self.p / 2))

    def gradient(self, plan: Float[Tensor, "m n"]) -> Float[Tensor, "m width"]:
        """Return Σ_j plan_ij ∇_x cost(x_i, y_j), x of the target, y of the source."""
        return cost_gradient(plan, self.cost, self.target.points, self.source, p=self.p)

    def own_gradient(self, plan: Float[Tensor, "m m"]) -> Float[Tensor, "m width"]:
        """Return Σ_j plan_ij ∇_x cost(x_i, x_j), x_j held fixed."""
        return cost_gradient(plan, self.own_cost, self.target.points, self.target, p=self.p)


class _Known(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, point: Tensor, value: Tensor, gradient: Tensor) -> Tensor:
        context.save_for_backward(gradient)
        return value.clone()

    @staticmethod
    def backward(context: Any, outer: Tensor) -> tuple[Tensor, None, None]:  # type: ignore[override]
        (gradient,) = context.saved_tensors
        return outer * gradient, None, None


def with_gradient(
    point: Float[Tensor, "m width"],
    value: Float[Tensor, ""],
    gradient: Float[Tensor, "m width"],
) -> Float[Tensor, ""]:
    """Return `value` as a function of `point` with this gradient; it has no second one."""
    return _Known.apply(point, value, gradient)
