"""Darcy flow (FNO, NAS-Bench-360): from permeability to pressure, -div(a grad u) = 1.

Source: Li et al. 2021 (arXiv:2010.08895), appendix A.3.2; cut down in arXiv:2110.05668.
"""

import numpy as np
from jaxtyping import Float

from orca.data.simulate.elliptic import Diffusion
from orca.data.simulation import Fields, Portion, Simulation

PERMEABILITY = (3.0, 12.0)
SMOOTHNESS = 2.0
INVERSE_LENGTH = 3.0


def solve(portion: Portion) -> Fields:
    """Return `coeff` and `sol`, (sample, x, y), doubles: permeability and pressure.

    The drawn permeability is taken as values at the nodes of the grid, whose outermost nodes lie
    on the boundary.

    Differs from the published data: theirs take it as values at cell centres, go to the nodes by
    splines (which overshoot at each jump), and come back to the centres by splines, so that the
    pressure at the edge of the file is small but not 0.
    """
    coefficients = np.empty((len(portion.samples), portion.cells, portion.cells))
    solutions = np.empty_like(coefficients)
    for place, generator in enumerate(portion.generators()):
        field = gaussian_field(generator, points=portion.cells)
        coefficients[place] = np.where(field >= 0, PERMEABILITY[1], PERMEABILITY[0])
        solutions[place] = solve_at_nodes(coefficients[place])
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


SIMULATION = Simulation(
    title="Darcy flow (FNO, NAS-Bench-360)",
    layout="arrays",
    solve=solve,
    domain=(0.0, 1.0),
    dimensions=2,
    cells=421,
    frames=1,
    attributes={},
)
