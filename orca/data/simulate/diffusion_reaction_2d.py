"""Diffusion and reaction of two substances in the plane (FitzHugh-Nagumo): noise becomes patterns.

    u_t = D_u lap u + u - u^3 - k - v,  v_t = D_v lap v + u - v,  nothing flows through the walls

Source: PDEBench (arXiv:2210.07182), 2D diffusion-reaction.
"""

import numpy as np
from jaxtyping import Float

from orca.data.simulation import Fields, Portion, Simulation, at_frames

DIFFUSIVITIES = (1e-3, 5e-3)
THRESHOLD = 5e-3
SPACING = 2.0 / 128
"""Side of a cell, whatever their number: the start is noise per cell, so it sets the scale."""
FRAME_INTERVAL = 0.05
FRAMES = 101
STEPS_PER_FRAME = 5
"""Five keep the product of step and fastest decay at 1.6; stable below 2.7."""
STEP = FRAME_INTERVAL / STEPS_PER_FRAME


def solve(portion: Portion) -> Fields:
    """Return `data`, (sample, frame, x, y, 2): activator u and inhibitor v.

    With fewer cells than the published 128 the domain shrinks instead of the cells growing.

    Differs from the published data: theirs are integrated to a relative error of 1e-3 per step.
    """
    cells = portion.cells
    data = np.empty((len(portion.samples), len(portion.frames), cells, cells, 2), np.float32)
    for place, generator in enumerate(portion.generators()):
        noise = generator.standard_normal((2, cells, cells))
        data[place] = np.moveaxis(react(noise, frames=portion.frames), 1, -1)
    return {"data": data}


def react(
    start: Float[np.ndarray, "2 n n"], *, frames: tuple[int, ...]
) -> Float[np.ndarray, "t 2 n n"]:
    """Return both substances at each frame, by the classical Runge-Kutta method.

    Args:
        start: u and v at the start.
        frames: ascending numbers; frame f is at time f / 20.
    """

    def following(state: Float[np.ndarray, "2 n n"], _: int) -> Float[np.ndarray, "2 n n"]:
        for _ in range(STEPS_PER_FRAME):
            state = runge_kutta_step(state)
        return state

    return np.stack(list(at_frames(start, frames, following)))


def runge_kutta_step(state: Float[np.ndarray, "2 n n"]) -> Float[np.ndarray, "2 n n"]:
    """Return the state after one step of four stages, of fourth order."""
    slope = rate_of_change(state)
    total = slope.copy()
    for share, weight in ((0.5, 2.0), (0.5, 2.0), (1.0, 1.0)):
        slope = rate_of_change(state + (share * STEP) * slope)
        total += weight * slope
    return state + (STEP / 6) * total


def rate_of_change(state: Float[np.ndarray, "2 n n"]) -> Float[np.ndarray, "2 n n"]:
    """Return the time derivatives of u and v."""
    u, v = state
    rate = np.empty_like(state)
    for substance, diffusivity in enumerate(DIFFUSIVITIES):
        rate[substance] = (diffusivity / SPACING**2) * neighbours_excess(state[substance])
    reaction = u - v
    rate[1] += reaction
    reaction -= THRESHOLD
    reaction -= u * u * u
    rate[0] += reaction
    return rate


def neighbours_excess(values: Float[np.ndarray, "n n"]) -> Float[np.ndarray, "n n"]:
    """Return by how much the neighbours' sum exceeds the value's multiple; walls have none."""
    excess = np.zeros_like(values)
    across, along = np.diff(values, axis=0), np.diff(values, axis=1)
    excess[:-1] += across
    excess[1:] -= across
    excess[:, :-1] += along
    excess[:, 1:] -= along
    return excess


SIMULATION = Simulation(
    title="Diffusion-reaction 2D",
    layout="groups",
    solve=solve,
    domain=(-1.0, 1.0),
    dimensions=2,
    spacing=SPACING,
    frame_interval=FRAME_INTERVAL,
    cells=128,
    frames=FRAMES,
    attributes={"Du": DIFFUSIVITIES[0], "Dv": DIFFUSIVITIES[1], "k": THRESHOLD},
)
