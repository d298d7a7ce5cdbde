"""Darcy flow (FNO, NAS-Bench-360): from permeability to pressure, -div(a grad u) = 1.

Source: Li et al. 2021 (arXiv:2010.08895), appendix A.3.2; cut down in arXiv:2110.05668.
"""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from orca.data.simulate.elliptic import Diffusion
from orca.data.simulate.layout import Fields, MatFile, cell_centres
from orca.data.simulation import Portion, Simulation

PERMEABILITY = (3.0, 12.0)
SMOOTHNESS = 2.0
INVERSE_LENGTH = 3.0


def solve(portion: Portion) -> Fields:
    """Return `coeff` and `sol`, (sample, x, y), doubles: permeability and pressure.

    The variant `direct` takes the drawn permeability as values at the nodes of the grid, whose
    outermost nodes lie on the boundary. The published files, `published_like`, take it as values
    at cell centres, go to the nodes by splines (which overshoot at each jump), and come back to the
    centres by splines, so that the pressure at the edge of the file is small but not 0.
    """
    way = solve_through_splines if portion.variant == "published_like" else solve_at_nodes
    coefficients = np.empty((len(portion.samples), portion.cells, portion.cells))
    solutions = np.empty_like(coefficients)
    for place, generator in enumerate(portion.generators()):
        field = gaussian_field(generator, points=portion.cells)
        coefficients[place] = np.where(field >= 0, PERMEABILITY[1], PERMEABILITY[0])
        solutions[place] = way(coefficients[place])
    return {"coeff": coefficients, "sol": solutions}


def gaussian_field(generator: np.random.Generator, *, points: int) -> Float[np.ndarray, "n n"]:
    """Draw from N(0, (-Laplacian + 9)^-2), no flux at the walls, zero mean, at cell centres.

    The same numbers are drawn for the low waves whatever the number of points, so that a seed
    means the same material on a fine grid as on a coarse one.
    """
    from scipy.fft import idctn

    waves = np.arange(points)
    squared = np.pi**2 * (waves[:, None] ** 2 + waves**2) + INVERSE_LENGTH**2
    sizes = INVERSE_LENGTH ** (SMOOTHNESS - 1) * squared ** (-SMOOTHNESS / 2)
    sizes[0, 0] = 0.0
    return points * idctn(sizes * nested_normals(generator, points=points), norm="ortho")


def nested_normals(generator: np.random.Generator, *, points: int) -> Float[np.ndarray, "n n"]:
    """Draw standard normal numbers; a larger square begins with the smaller one."""
    drawn = generator.standard_normal(points**2)
    row, column = np.indices((points, points))
    shell = np.maximum(row, column)
    return drawn[shell**2 + np.where(row < shell, row, 2 * shell - column)]


def solve_at_nodes(permeability: Float[np.ndarray, "n n"]) -> Float[np.ndarray, "n n"]:
    """Return the pressure at the nodes; 0 at the outermost, which are the boundary."""
    inner = permeability[1:-1, 1:-1]
    beside = permeability[:, 1:-1], permeability[1:-1, :]
    operator = Diffusion(
        across=(beside[0][1:] + beside[0][:-1]) / 2,
        along=(beside[1][:, 1:] + beside[1][:, :-1]) / 2,
        spacing=1.0 / (len(permeability) - 1),
    )
    return np.pad(operator.solve(np.ones_like(inner)), 1)


def solve_through_splines(permeability: Float[np.ndarray, "n n"]) -> Float[np.ndarray, "n n"]:
    """Return the pressure at the cell centres, found on as many nodes between walls."""
    points = len(permeability)
    centres, nodes = cell_centres(0.0, 1.0, points), np.linspace(0.0, 1.0, points)
    pressure = solve_at_nodes(_resample(permeability, centres, nodes))
    return _resample(pressure, nodes, centres)


def _resample(
    values: Float[np.ndarray, "n n"], old: Float[np.ndarray, " n"], new: Float[np.ndarray, " n"]
) -> Float[np.ndarray, "n n"]:
    """Interpolate along both axes by cubic splines, which continue beyond the outermost points."""
    from scipy.interpolate import CubicSpline

    return CubicSpline(old, CubicSpline(old, values, axis=0)(new), axis=1)(new)


def axes(portion: Portion) -> Mapping[str, np.ndarray]:
    """Return the cell centres along both sides; the file does not hold them."""
    x = cell_centres(0.0, 1.0, portion.cells)
    return {"x": x, "y": x}


SIMULATION = Simulation(
    title="Darcy flow (FNO, NAS-Bench-360)",
    file_names=("piececonst_r421_N1024_smooth1.mat", "piececonst_r421_N1024_smooth2.mat"),
    layout=MatFile(),
    solve=solve,
    axes=axes,
    cells=421,
    samples=1024,
    frames=1,
    attributes={},
    variants=("direct", "published_like"),
    smallest_cells=9,
)
