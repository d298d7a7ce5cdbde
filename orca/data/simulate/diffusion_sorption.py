"""Diffusion with sorption: a solute spreads into a soil that holds it back, more where there is less.

    u_t = D / R(u) u_xx,  R(u) = 1 + (1 - phi) / phi rho_s k n_f (u + 1e-6)^(n_f - 1)

Source: PDEBench (arXiv:2210.07182), 1D diffusion-sorption.
"""

import numpy as np
from jaxtyping import Float

from orca.data.simulation import Fields, Portion, Simulation, at_frames

DIFFUSIVITY = 5e-4
POROSITY = 0.29
BULK_DENSITY = 2880.0
FREUNDLICH_K = 3.5e-4
FREUNDLICH_N = 0.874
OFFSET = 1e-6
SORPTION = (1 - POROSITY) / POROSITY * BULK_DENSITY * FREUNDLICH_K * FREUNDLICH_N

LARGEST_CONCENTRATION = 0.2
FRAME_INTERVAL = 5.0
FRAMES = 101
FIRST_STEP = 1e-3
"""The first of the time steps, in seconds; a cell of the published grid fills in about 8e-3."""
GROWTH = 1.1
"""Each time step may reach this many times as late as the one before: fronts widen as sqrt(t). Nearer to 1 is more exact."""
SUBSTEPS = (1, 2, 3, 4)
"""Implicit Euler steps per time step; extrapolating over their number gives fourth order."""


def solve(portion: Portion) -> Fields:
    """Return `data`, (sample, frame, cell, 1): all samples start from a constant.

    Differs from the published data: theirs are integrated to a relative error of 1e-3 per step.
    """
    initial = np.array([LARGEST_CONCENTRATION * g.random() for g in portion.generators()])
    return {"data": spread(initial, cells=portion.cells, frames=portion.frames)[..., None]}


def spread(
    initial: Float[np.ndarray, " n"], *, cells: int, frames: tuple[int, ...]
) -> Float[np.ndarray, "n t x"]:
    """Return the concentration in each cell at each frame.

    Args:
        initial: concentration everywhere at the start; from 0 to 1.
        cells: of the interval (0, 1).
        frames: ascending numbers; frame f is at 5 f seconds.
    """

    def following(u: Float[np.ndarray, "n x"], frame: int) -> Float[np.ndarray, "n x"]:
        for step in time_steps(frame):
            u = extrapolated_step(u, step)
        return u

    start = np.repeat(initial[:, None], cells, axis=1)
    return np.stack(list(at_frames(start, frames, following)), axis=1)


def time_steps(frame: int) -> Float[np.ndarray, " steps"]:
    """Return the steps that lead to `frame` from the one before it; they add up to 5 seconds."""
    start, end = FRAME_INTERVAL * (frame - 1), FRAME_INTERVAL * frame
    from_zero = [0.0] if frame == 1 else []
    start = max(start, FIRST_STEP)
    count = int(np.ceil(np.log(end / start) / np.log(GROWTH) - 1e-9))
    return np.diff([*from_zero, *np.geomspace(start, end, count + 1)])


def extrapolated_step(u: Float[np.ndarray, "n x"], step: float) -> Float[np.ndarray, "n x"]:
    """Advance by `step` seconds: linearly implicit Euler, extrapolated; stiffly stable.

    Source: Hairer & Wanner, Solving Ordinary Differential Equations II, section IV.9.
    """
    rate, diagonals = rate_of_change(u), slowed_diffusion(u)
    table: list[Float[np.ndarray, "n x"]] = []
    for row, count in enumerate(SUBSTEPS):
        fine = step / count
        value, slope = u, rate
        for substep in range(count):
            if substep:
                slope = rate_of_change(value)
            value = value + solve_tridiagonal(diagonals, fine, fine * slope)
        earlier, table = table, [value]
        for column, coarse in enumerate(earlier):
            ratio = count / SUBSTEPS[row - column - 1]
            table.append(table[-1] + (table[-1] - coarse) / (ratio - 1))
    return table[-1]


def second_difference(u: Float[np.ndarray, "n x"]) -> Float[np.ndarray, "n x"]:
    """Return u_xx between a left neighbour of 1 and a right one of D times the slope there."""
    width = 1.0 / u.shape[1]
    right = DIFFUSIVITY * (u[:, -2:-1] - u[:, -1:]) / width
    padded = np.concatenate([np.ones((len(u), 1)), u, right], axis=1)
    return (padded[:, 2:] - 2 * padded[:, 1:-1] + padded[:, :-2]) / width**2


def retardation(u: Float[np.ndarray, "n x"]) -> Float[np.ndarray, "n x"]:
    """Return R(u), how many times slower sorption makes the spreading.

    The concentration is never negative; a step may overshoot zero a little on its way.
    """
    return 1 + SORPTION * (np.maximum(u, 0.0) + OFFSET) ** (FREUNDLICH_N - 1)


def rate_of_change(u: Float[np.ndarray, "n x"]) -> Float[np.ndarray, "n x"]:
    """Return u_t, per second."""
    return DIFFUSIVITY * second_difference(u) / retardation(u)


Diagonals = tuple[np.ndarray, np.ndarray, np.ndarray]


def slowed_diffusion(u: Float[np.ndarray, "n x"]) -> Diagonals:
    """Return D / R(u) times the second difference, as the diagonals of a matrix.

    Extrapolation allows any matrix in place of the Jacobian. This one leaves out R's own change,
    so that an implicit step never makes a concentration negative; with it, steps fail
    where the front reaches soil that is nearly clean.
    """
    width = 1.0 / u.shape[1]
    left = DIFFUSIVITY / width**2 / retardation(u)
    right, centre = left.copy(), -2 * left
    ghost = DIFFUSIVITY / width
    centre[:, -1] -= left[:, -1] * ghost
    left[:, -1] *= 1 + ghost
    left[:, 0] = right[:, -1] = 0.0
    return left, centre, right


def solve_tridiagonal(
    diagonals: Diagonals, step: float, right_side: Float[np.ndarray, "n x"]
) -> Float[np.ndarray, "n x"]:
    """Solve (1 - step A) d = right_side; all samples form one system, whose parts do not touch."""
    from scipy.linalg.lapack import dgtsv

    left, centre, right = diagonals
    lower, upper = (-step * left).ravel()[1:], (-step * right).ravel()[:-1]
    *_, solution, _ = dgtsv(
        lower, (1 - step * centre).ravel(), upper, right_side.reshape(-1, 1), 1, 1, 1
    )
    return solution.reshape(right_side.shape)


SIMULATION = Simulation(
    title="Diffusion-sorption",
    layout="groups",
    solve=solve,
    domain=(0.0, 1.0),
    frame_interval=FRAME_INTERVAL,
    cells=1024,
    frames=FRAMES,
    attributes={
        "D": DIFFUSIVITY,
        "por": POROSITY,
        "rho_s": BULK_DENSITY,
        "k_f": FREUNDLICH_K,
        "n_f": FREUNDLICH_N,
        "sol": 1.0,
    },
)
