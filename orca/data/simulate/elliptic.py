"""Steady and relaxing diffusion through a material that differs from place to place.

The operator is L u = -div(a grad u) by five-point differences on a square grid, with u = 0 one
spacing outside the outermost points, and `a` given on the faces between points.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float

from orca.errors import DataError

TOLERANCE = 1e-10
"""Residual that ends the iteration, per norm of the right side."""

MOST_ITERATIONS = 500


@dataclass(frozen=True, kw_only=True)
class Diffusion:
    """L u = -div(a grad u), zero outside.

    Args:
        across: `a` on the faces between neighbours along the first axis, outer ones included.
        along: the same along the second axis.
        spacing: distance between neighbours.
    """

    across: Float[np.ndarray, "n_plus_1 n"]
    along: Float[np.ndarray, "n n_plus_1"]
    spacing: float

    def __matmul__(self, u: Float[np.ndarray, "n n"]) -> Float[np.ndarray, "n n"]:
        """Return L u."""
        padded = np.pad(u, 1)
        out_across = np.diff(self.across * np.diff(padded[:, 1:-1], axis=0), axis=0)
        out_along = np.diff(self.along * np.diff(padded[1:-1], axis=1), axis=1)
        return (out_across + out_along) / -(self.spacing**2)

    @cached_property
    def _uniform(self) -> Float[np.ndarray, "n n"]:
        """Eigenvalues of L if `a` were its mean everywhere, times what two transforms add."""
        points = self.across.shape[1]
        line = 2 - 2 * np.cos(np.pi * np.arange(1, points + 1) / (points + 1))
        mean = (self.across.mean() + self.along.mean()) / 2
        return (mean / self.spacing**2) * (line[:, None] + line)

    def solve(
        self, right_side: Float[np.ndarray, "n n"], *, shift: float = 0.0
    ) -> Float[np.ndarray, "n n"]:
        """Return the u with L u + shift u = right_side.

        Conjugate gradients, preconditioned by the same equation in a uniform material, which sine
        transforms solve: the number of iterations depends on the contrast of `a`, not on the grid.

        Raises:
            DataError: if the iteration does not end, as when `a` is not positive.
        """
        from scipy.fft import dstn, idstn

        def precondition(residual: Float[np.ndarray, "n n"]) -> Float[np.ndarray, "n n"]:
            return idstn(dstn(residual, type=1) / (self._uniform + shift), type=1)

        goal = TOLERANCE * np.sqrt(_dot(right_side, right_side))
        u, residual = np.zeros_like(right_side), right_side.copy()
        direction = improved = precondition(residual)
        decrease = _dot(residual, improved)
        for _ in range(MOST_ITERATIONS):
            image = self @ direction + shift * direction
            stretch = decrease / _dot(direction, image)
            u += stretch * direction
            residual -= stretch * image
            if np.sqrt(_dot(residual, residual)) <= goal:
                return u
            improved = precondition(residual)
            before, decrease = decrease, _dot(residual, improved)
            direction = improved + (decrease / before) * direction
        raise DataError(
            where="the coefficient of a diffusion equation",
            what=f"conjugate gradients did not end in {MOST_ITERATIONS} iterations",
            mend="the coefficient must be positive on all faces; take more cells, or another seed",
        )

    def relax(
        self, start: Float[np.ndarray, "n n"], *, time: float, dimensions: int = 8
    ) -> Float[np.ndarray, "n n"]:
        """Return exp(-time L) start, which is what is left of `start` after `time`.

        Lanczos with the inverse of L + 10 / time: exact on the `dimensions` functions that
        the slowest decaying parts are made of.

        Source: van den Eshof & Hochbruck 2006, SIAM Journal on Scientific Computing 27, 1438-1457.
        """
        shift = 10 / time
        size = np.sqrt(_dot(start, start))
        basis = [start / size]
        projected = np.zeros((dimensions, dimensions))
        for column in range(dimensions):
            image = self.solve(basis[column], shift=shift)
            for row, earlier in enumerate(basis):
                projected[row, column] = _dot(earlier, image)
                image -= projected[row, column] * earlier
            basis.append(image / np.sqrt(_dot(image, image)))
        inverse, vectors = np.linalg.eigh(projected, UPLO="U")
        left = vectors @ (np.exp(-time * (1 / inverse - shift)) * vectors[0])
        return size * np.tensordot(left, np.stack(basis[:-1]), 1)


def _dot(a: Float[np.ndarray, "n n"], b: Float[np.ndarray, "n n"]) -> float:
    return float(np.vdot(a, b))
