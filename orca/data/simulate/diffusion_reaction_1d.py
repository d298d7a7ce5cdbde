"""Diffusion and logistic growth on a periodic line (Fisher): u_t = nu u_xx + rho u (1 - u).

Source: PDEBench (arXiv:2210.07182), 1D diffusion-reaction, nu = 0.5, rho = 1.0.
"""

import numpy as np
from jaxtyping import Float

from orca.data.simulate.initial_fields import draw_wave_fields, scaled_to_unit
from orca.data.simulation import Fields, Portion, Simulation, at_frames, cell_centres

DIFFUSIVITY = 0.5
GROWTH_RATE = 1.0
FRAME_INTERVAL = 0.01
FRAMES = 101
STEPS_PER_FRAME = 2
FIRST_FRAME_REFINEMENT = 32
"""The steps to the first frame are this much shorter: jumps and kinks smooth out there."""

GROWTH_ENDS = {"exact": np.inf, "published_like": 0.15}
"""When growth stops, by variant."""


def solve(portion: Portion) -> Fields:
    """Return `tensor`, (sample, frame, cell): concentration, from 0 to 1.

    The variant `exact` solves the equation. In the published file growth seems to stop once the
    field is flat (PDEBench, issue 94): its single precision loses the tiny change
    per step. The variant `published_like` stops growth at time 0.15 instead, in the middle of the
    times at which a recomputation in single precision froze; the frozen levels themselves depend
    on the rounding of the machine, and cannot be had again.
    """
    x = cell_centres(0.0, 1.0, portion.cells)
    initial = scaled_to_unit(draw_wave_fields(portion.generators(), period=x[-1] - x[0]).at(x))
    growth_ends = GROWTH_ENDS[portion.variant]
    return {"tensor": evolve(initial, frames=portion.frames, growth_ends=growth_ends)}


def evolve(
    initial: Float[np.ndarray, "n x"], *, frames: tuple[int, ...], growth_ends: float = np.inf
) -> Float[np.ndarray, "n t x"]:
    """Return the concentration at each frame: half growth, diffusion, half growth, per step.

    Both are exact, and the error of taking turns falls as the square of the step.

    Args:
        initial: from 0 to 1, on the cells of the interval (0, 1).
        frames: ascending numbers; frame f is at time f / 100.
        growth_ends: time from which on there is diffusion only.

    Source: Strang 1968, SIAM Journal on Numerical Analysis 5, 506-517.
    """
    from scipy.fft import irfft, rfft

    cells = initial.shape[1]
    squared = (2 * np.pi * np.arange(cells // 2 + 1)) ** 2

    def following(u: Float[np.ndarray, "n x"], frame: int) -> Float[np.ndarray, "n x"]:
        steps = STEPS_PER_FRAME * (FIRST_FRAME_REFINEMENT if frame == 1 else 1)
        step = FRAME_INTERVAL / steps
        growth = step if FRAME_INTERVAL * (frame - 0.5) < growth_ends else 0.0
        damping = np.exp(-DIFFUSIVITY * step * squared)
        u = grow(u, time=growth / 2)
        for number in range(steps):
            u = irfft(damping * rfft(u, axis=1), cells, axis=1)
            u = grow(u, time=growth / 2 if number == steps - 1 else growth)
        return u

    return np.stack(list(at_frames(initial, frames, following)), axis=1)


def grow(u: Float[np.ndarray, "n x"], *, time: float) -> Float[np.ndarray, "n x"]:
    """Return the solution of u_t = rho u (1 - u) after `time`."""
    if time == 0:
        return u
    return u / (u + (1 - u) * np.exp(-GROWTH_RATE * time))


SIMULATION = Simulation(
    title="Diffusion-reaction 1D, nu = 0.5, rho = 1.0",
    layout="arrays",
    solve=solve,
    domain=(0.0, 1.0),
    frame_interval=FRAME_INTERVAL,
    cells=1024,
    frames=FRAMES,
    attributes={"Nu": DIFFUSIVITY, "rho": GROWTH_RATE},
    variants=tuple(GROWTH_ENDS),
)
