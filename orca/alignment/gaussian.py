"""Bures-Wasserstein distance between classes, each in the place of a Gaussian.

For Gaussians with the means and covariances of two samples with centred matrices X and Y,
tr (A^½ B A^½)^½ is the sum of the singular values of X Yᵀ / √(n m), so no covariance is formed:
the inner products that the feature cost has already taken are enough.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from orca.alignment.points_by_class import PointsByClass, pairs, spread


@dataclass(frozen=True)
class GaussianDistances:
    """Distances between classes, and what their gradient needs.

    Args:
        values: squared Bures-Wasserstein distance of each pair of classes.
        polar: U Vᵀ / √(n m) of each pair's X Yᵀ = U S Vᵀ, at its place among all samples;
            None where it was not asked for.
    """

    values: Float[Tensor, "k l"]
    polar: Float[Tensor, "n m"] | None


def degrees(size: int) -> int:
    """Return what a class's scatter is divided by to give its covariance."""
    return max(size - 1, 1)


def class_means(classes: PointsByClass) -> Float[Tensor, "k width"]:
    """Return the mean of each class."""
    return torch.stack([classes.points[rows].mean(dim=0) for rows in classes.slices])


def class_variances(classes: PointsByClass, means: Float[Tensor, "k width"]) -> Float[Tensor, " k"]:
    """Return the trace of each class's covariance."""
    scatter = (classes.points - means[classes.labels]).square().sum(dim=1)
    sums = scatter.new_zeros(len(classes.sizes)).index_add_(0, classes.labels, scatter)
    return sums / scatter.new_tensor([degrees(size) for size in classes.sizes])


def _polar(cross: Float[Tensor, "n m"]) -> tuple[Float[Tensor, ""], Float[Tensor, "n m"]]:
    """Return the sum of singular values of a matrix, and U Vᵀ over those that are not 0."""
    if cross.shape[0] < cross.shape[1]:
        value, polar = _polar(cross.T)
        return value, polar.T
    squares, v = torch.linalg.eigh(cross.T @ cross)
    there = squares > squares[-1] * torch.finfo(squares.dtype).eps * len(cross)
    roots = torch.where(there, squares, 0).sqrt()
    inverse = torch.where(there, 1 / roots, 0)
    return roots.sum(), cross @ (v * inverse) @ v.T


def gaussian_distances(
    rows: PointsByClass, columns: PointsByClass, *, with_polar: bool = False
) -> GaussianDistances:
    """Return ‖μ - ν‖² + tr A + tr B - 2 tr (A^½ B A^½)^½ for each pair of classes.

    Args:
        rows: samples of the rows.
        columns: samples of the columns; the same object for distances within one set.
        with_polar: return what the gradient needs, too.

    Source: Alvarez-Melis and Fusi 2020 (arXiv:2002.02923), section 4.3.
    """
    mu, nu = class_means(rows), class_means(columns)
    x = (rows.points - mu[rows.labels]).double()
    y = (columns.points - nu[columns.labels]).double()
    cross = x @ y.T
    values = torch.cdist(mu.double(), nu.double()).square()
    values += class_variances(rows, mu)[:, None] + class_variances(columns, nu)[None, :]
    polar = torch.zeros_like(cross) if with_polar else None
    for k, other in pairs(rows, columns):
        block = rows.slices[k], columns.slices[other]
        scale = (degrees(rows.sizes[k]) * degrees(columns.sizes[other])) ** 0.5
        root, part = _polar(cross[block])
        values[k, other] -= 2 * root / scale
        if polar is not None:
            polar[block] = part / scale
        if rows is columns:
            values[other, k] = values[k, other]
            if polar is not None:
                polar[block[1], block[0]] = part.T / scale
    if rows is columns:
        values.fill_diagonal_(0)
    values = values.clamp(min=0).to(rows.points.dtype)
    return GaussianDistances(values, None if polar is None else polar.to(rows.points.dtype))


def gaussian_gradient(
    distances: GaussianDistances,
    weights: Float[Tensor, "k l"],
    rows: PointsByClass,
    columns: PointsByClass,
) -> Float[Tensor, "n width"]:
    """Return the gradient of Σ weights_kl distance_kl with respect to the rows' points.

    Args:
        distances: with their polar factors.
        weights: of each pair of classes.
        rows: samples of the rows.
        columns: samples of the columns, held fixed.
    """
    if distances.polar is None:
        raise AssertionError("distances were computed without polar factors")
    mu, nu = class_means(rows), class_means(columns)
    sizes = mu.new_tensor(rows.sizes)[:, None]
    freedom = mu.new_tensor([degrees(size) for size in rows.sizes])[:, None]
    total = weights.sum(dim=1, keepdim=True)
    to_mean = 2 * (total * mu - weights @ nu) / sizes
    own = (2 * total / freedom)[rows.labels] * (rows.points - mu[rows.labels])
    shared = spread(weights, rows, columns) * distances.polar
    return to_mean[rows.labels] + own - 2 * shared @ (columns.points - nu[columns.labels])
