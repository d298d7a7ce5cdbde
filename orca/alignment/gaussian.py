"""Bures-Wasserstein distance between classes, each replaced by a Gaussian, in float64.

For Gaussians with the means and covariances of two samples with centred matrices X and Y,
tr (A^½ B A^½)^½ is the sum of the singular values of X Yᵀ / √(n m), so no covariance is formed.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from orca.alignment.points import PointsByClass, pairs, spread


def gaussian_distances(
    rows: PointsByClass, columns: PointsByClass
) -> tuple[Float[Tensor, "k l"], Float[Tensor, "n m"]]:
    """Return ‖μ - ν‖² + tr A + tr B - 2 tr (A^½ B A^½)^½ for each pair of classes, and its slope.

    Args:
        rows: samples of the rows.
        columns: samples of the columns; the same object for distances within one set.

    Returns:
        The distances, and U Vᵀ / √(n m) of each pair's X Yᵀ = U S Vᵀ, at its place among all
        samples, which `gaussian_gradient` needs.

    Source: Alvarez-Melis and Fusi 2020 (arXiv:2002.02923), section 4.3.
    """
    polar = rows.centred @ columns.centred.T
    values = torch.cdist(rows.means, columns.means).square()
    values += _variances(rows)[:, None] + _variances(columns)[None, :]
    for k, other in pairs(rows, columns):
        block = rows.slices[k], columns.slices[other]
        scale = (_degrees(rows)[k] * _degrees(columns)[other]).sqrt()
        roots, part = _polar(polar[block])
        values[k, other] -= 2 * roots / scale
        polar[block] = part / scale
        if rows is columns:
            values[other, k] = values[k, other]
            polar[block[::-1]] = part.T / scale
    if rows is columns:
        values.fill_diagonal_(0)
    return values.clamp(min=0).to(rows.points.dtype), polar


def gaussian_gradient(
    polar: Float[Tensor, "n m"],
    weights: Float[Tensor, "k l"],
    rows: PointsByClass,
    columns: PointsByClass,
) -> Float[Tensor, "n width"]:
    """Return the gradient of Σ weights_kl distance_kl with respect to the rows' points.

    Args:
        polar: of the distances.
        weights: of each pair of classes.
        rows: samples of the rows.
        columns: samples of the columns, held fixed.
    """
    weights = weights.double()
    total = weights.sum(dim=1, keepdim=True)
    sizes = total.new_tensor(rows.sizes)[:, None]
    to_mean = 2 * (total * rows.means - weights @ columns.means) / sizes
    own = (2 * total / _degrees(rows)[:, None])[rows.labels] * rows.centred
    shared = spread(weights, rows, columns) * polar
    return (to_mean[rows.labels] + own - 2 * shared @ columns.centred).to(rows.points.dtype)


def _degrees(classes: PointsByClass) -> Float[Tensor, " k"]:
    """Return what each class's scatter is divided by to give its covariance."""
    return classes.means.new_tensor(classes.sizes).sub(1).clamp(min=1)


def _variances(classes: PointsByClass) -> Float[Tensor, " k"]:
    """Return the trace of each class's covariance."""
    degrees = _degrees(classes)
    scatter = classes.centred.square().sum(dim=1)
    return torch.zeros_like(degrees).index_add_(0, classes.labels, scatter) / degrees


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
