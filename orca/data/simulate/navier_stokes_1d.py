"""A compressible, viscous gas on a periodic line.

    rho_t + (rho v)_x = 0
    (rho v)_t + (rho v^2 + p)_x = (rho nu v_x)_x
    E_t + ((E + p) v)_x = (rho nu v v_x)_x,  E = p / (gamma - 1) + rho v^2 / 2

Source: PDEBench (arXiv:2210.07182), 1D compressible Navier-Stokes, eta = zeta = 0.1; the viscosity
is multiplied by the density, as in the code behind the published file, not as in the paper.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from orca.data.simulate.gas_dynamics import GAMMA, flow_of, gas_of, hydrodynamic_step, wave_speed
from orca.data.simulate.initial_fields import draw_wave_fields, scaled_to_unit
from orca.data.simulation import Fields, Portion, Simulation, at_frames, cell_centres

ETA = ZETA = 0.1
VISCOSITY = ZETA + 4 * ETA / 3
DENSITIES, PRESSURES = (1.0, 10.0), (10.0, 100.0)
"""Both the least value and the range above it are log-uniform between these."""
DOMAIN = (-1.0, 1.0)
FRAME_INTERVAL = 0.01
FRAMES = 101
COURANT = 0.4
"""Share of a cell that the fastest wave may cross in one step."""


def solve(portion: Portion) -> Fields:
    """Return `density`, `pressure` and `Vx`, (sample, frame, cell).

    Flow and viscosity take turns: second order in space, first in time, as in the published data.

    Differs from the published data: theirs let viscosity act by many explicit steps; ours by one
    implicit step.
    """
    x = cell_centres(*DOMAIN, portion.cells)
    gases = evolve(draw_gases(portion.generators(), x), frames=portion.frames)
    return {"density": gases[0], "Vx": gases[1], "pressure": gases[2]}


def draw_gases(
    generators: Sequence[np.random.Generator], x: Float[np.ndarray, " x"]
) -> Float[np.ndarray, "3 n x"]:
    """Draw density, velocity and pressure at the points `x`, one gas per generator."""
    fields = [
        draw_wave_fields(generators, modes=3, period=x[-1] - x[0], window_probability=0.5).at(x)
        for _ in range(3)
    ]
    exponents = np.stack([generator.random(4) for generator in generators])[:, :, None]
    density = _within(DENSITIES, scaled_to_unit(fields[0]), exponents[:, 0], exponents[:, 1])
    pressure = _within(PRESSURES, scaled_to_unit(fields[2]), exponents[:, 2], exponents[:, 3])
    return np.stack([density, fields[1], pressure])


def _within(
    limits: tuple[float, float],
    unit: Float[np.ndarray, "n x"],
    range_exponent: Float[np.ndarray, "n 1"],
    least_exponent: Float[np.ndarray, "n 1"],
) -> Float[np.ndarray, "n x"]:
    low, high = limits
    return low * (high / low) ** range_exponent * unit + low * (high / low) ** least_exponent


def evolve(
    gas: Float[np.ndarray, "3 n x"], *, frames: tuple[int, ...]
) -> Float[np.ndarray, "3 n t x"]:
    """Return density, velocity and pressure at each frame.

    Args:
        gas: density, velocity and pressure at the start, on the cells of (-1, 1).
        frames: ascending numbers; frame f is at time f / 100.
    """
    spacing = (DOMAIN[1] - DOMAIN[0]) / gas.shape[2]

    def following(flow: Float[np.ndarray, "3 n x"], _: int) -> Float[np.ndarray, "3 n x"]:
        return advance(flow, spacing)

    return np.stack(list(at_frames(flow_of(gas), frames, following, seen=gas_of)), axis=2)


def advance(flow: Float[np.ndarray, "3 n x"], spacing: float) -> Float[np.ndarray, "3 n x"]:
    """Return density, momentum and energy at the next frame.

    Each sample takes as many steps as its own fastest wave asks for, so that its result does
    not depend on its neighbours.
    """
    steps = np.ceil(FRAME_INTERVAL * wave_speed(flow) / (COURANT * spacing)).astype(int)
    order = np.argsort(-steps, kind="stable")
    flow, steps = flow[:, order], steps[order]
    for step in range(steps[0]):
        going = int((steps > step).sum())
        interval = (FRAME_INTERVAL / steps[:going])[:, None]
        moved = hydrodynamic_step(flow[:, :going], interval, spacing)
        flow[:, :going] = viscous_step(moved, interval, spacing)
    return flow[:, np.argsort(order)]


def viscous_step(
    flow: Float[np.ndarray, "3 n x"], interval: Float[np.ndarray, "n 1"], spacing: float
) -> Float[np.ndarray, "3 n x"]:
    """Let viscosity act for `interval`, implicitly; momentum and energy are conserved."""
    density, momentum, energy = flow
    stiffness = VISCOSITY * (density + np.roll(density, -1, axis=1)) / 2 / spacing**2
    velocity = solve_periodic(density, interval * stiffness, momentum)
    following = np.roll(velocity, -1, axis=1)
    stress = interval * stiffness * (following - velocity)
    work = stress * (following + velocity) / 2
    return np.stack(
        [
            density,
            momentum + stress - np.roll(stress, 1, axis=1),
            energy + work - np.roll(work, 1, axis=1),
        ]
    )


def solve_periodic(
    diagonal: Float[np.ndarray, "n x"],
    bonds: Float[np.ndarray, "n x"],
    right_side: Float[np.ndarray, "n x"],
) -> Float[np.ndarray, "n x"]:
    """Return v with diagonal_i v_i - the sum over both neighbours of bond (v_j - v_i) = right_i.

    Bond i joins cell i and the next; the last joins the ends. All samples form one tridiagonal
    system whose parts do not touch; the last bond is put in by the formula of Sherman and Morrison.

    Source: Press et al., Numerical Recipes, section 2.7.
    """
    from scipy.linalg.lapack import dgtsv

    whole = diagonal + bonds + np.roll(bonds, 1, axis=1)
    closing, first = bonds[:, -1:], whole[:, :1].copy()
    whole[:, :1] += first
    whole[:, -1:] += closing**2 / first
    off = -bonds
    off[:, -1] = 0.0
    ends = np.zeros_like(right_side)
    ends[:, :1], ends[:, -1:] = -first, -closing
    both = np.stack([right_side.ravel(), ends.ravel()], axis=1)
    *_, solved, _ = dgtsv(off.ravel()[:-1], whole.ravel(), off.ravel()[:-1], both)
    plain, response = solved.T.reshape(2, *right_side.shape)
    share = closing / first
    at_ends = (part[:, :1] + share * part[:, -1:] for part in (plain, response))
    plain_ends, response_ends = at_ends
    return plain - response * (plain_ends / (1 + response_ends))


SIMULATION = Simulation(
    title="Compressible Navier-Stokes 1D, eta = zeta = 0.1",
    layout="arrays",
    solve=solve,
    domain=DOMAIN,
    frame_interval=FRAME_INTERVAL,
    cells=1024,
    frames=FRAMES,
    attributes={"eta": ETA, "zeta": ZETA, "gamma": GAMMA},
    block=8,
)
