"""Shallow water: a round column of water collapses, and waves run outwards.

    h_t + (h u)_x + (h v)_y = 0
    (h u)_t + (h u^2 + h^2 / 2)_x + (h u v)_y = 0, and the same for h v

Source: PDEBench (arXiv:2210.07182), radial dam break.
"""

from functools import lru_cache

import numpy as np
from jaxtyping import Float

from orca.data.simulate.gas_dynamics import limited
from orca.data.simulation import Fields, Portion, Simulation, at_frames, cell_centres

HALF_WIDTH = 2.5
INNER_DEPTH, OUTER_DEPTH = 2.0, 1.0
RADII = (0.3, 0.7)
FRAME_INTERVAL = 0.01
FRAMES = 101
COURANT = 0.4
"""Share of a cell that the fastest wave may cross in one step."""


def solve(portion: Portion) -> Fields:
    """Return `data`, (sample, frame, x, y, 1): the depth.

    Differs from the published data: theirs come from a scheme of Roe's type, split by direction.
    """
    cells = portion.cells
    data = np.empty((len(portion.samples), len(portion.frames), cells, cells, 1), np.float32)
    for place, generator in enumerate(portion.generators()):
        radius = farthest_centre(generator.uniform(*RADII), cells=cells)
        data[place, ..., 0] = unfold(collapse(radius, cells, portion.frames), cells=cells)
    return {"data": data}


def farthest_centre(radius: float, *, cells: int) -> float:
    """Return the distance of the outermost cell centre within `radius` of the middle.

    All radii up to the next centre give one and the same simulation.
    """
    distances = centre_distances(cells)
    return float(distances[distances <= radius].max())


def centre_distances(cells: int) -> Float[np.ndarray, "n n"]:
    """Return how far each cell's centre is from the middle."""
    x = cell_centres(-HALF_WIDTH, HALF_WIDTH, cells)
    return np.sqrt(x[:, None] ** 2 + x**2)


@lru_cache(maxsize=81)
def collapse(radius: float, cells: int, frames: tuple[int, ...]) -> Float[np.ndarray, "t n n"]:
    """Return the depth at each frame, which starts at 2 up to `radius` and at 1 outside, at rest.

    A grid with an even number of cells is solved in its last quarter, with mirrors along the
    axes. Results are kept: at the published resolution there are 81 different ones.
    """
    depth = np.where(centre_distances(cells) <= radius, INNER_DEPTH, OUTER_DEPTH)
    even = cells % 2 == 0
    if even:
        depth = depth[cells // 2 :, cells // 2 :]
    depths = evolve(depth, frames=frames, spacing=2 * HALF_WIDTH / cells, mirrored=even)
    depths.flags.writeable = False
    return depths


def unfold(depths: Float[np.ndarray, "t m m"], *, cells: int) -> Float[np.ndarray, "t n n"]:
    """Mirror a quarter into the whole grid; a whole one stays as it is."""
    if depths.shape[1] == cells:
        return depths
    half = np.concatenate([depths[:, ::-1], depths], axis=1)
    return np.concatenate([half[:, :, ::-1], half], axis=2)


def evolve(
    depth: Float[np.ndarray, "n n"], *, frames: tuple[int, ...], spacing: float, mirrored: bool
) -> Float[np.ndarray, "t n n"]:
    """Return the depth at each frame, starting at rest.

    Args:
        depth: at the start.
        frames: ascending numbers; frame f is at time f / 100.
        spacing: side of a cell.
        mirrored: whether the two low sides are mirrors; the other sides let waves out.
    """
    state = np.stack([depth, np.zeros_like(depth), np.zeros_like(depth)])

    def following(state: Float[np.ndarray, "3 n n"], _: int) -> Float[np.ndarray, "3 n n"]:
        return advance(state, time=FRAME_INTERVAL, spacing=spacing, mirrored=mirrored)

    return np.stack(list(at_frames(state, frames, following, seen=lambda state: state[0])))


def advance(
    state: Float[np.ndarray, "3 n n"], *, time: float, spacing: float, mirrored: bool
) -> Float[np.ndarray, "3 n n"]:
    """Return depth and both momenta after `time`, by steps of two stages each (Heun's)."""
    fastest = (np.abs(state[1:]) / state[0]).max() + np.sqrt(state[0].max())
    steps = int(np.ceil(time * fastest / (COURANT * spacing)))
    for _ in range(steps):
        ahead = state + time / steps * rate_of_change(state, spacing, mirrored=mirrored)
        change = rate_of_change(ahead, spacing, mirrored=mirrored)
        state = (state + ahead + time / steps * change) / 2
    return state


def rate_of_change(
    state: Float[np.ndarray, "3 n n"], spacing: float, *, mirrored: bool
) -> Float[np.ndarray, "3 n n"]:
    """Return the time derivative of depth and momenta: what flows in less what flows out."""
    across = _outflow(state, mirrored=mirrored)
    turned = np.stack([state[0].T, state[2].T, state[1].T])
    along = _outflow(turned, mirrored=mirrored)
    return (across + np.stack([along[0].T, along[2].T, along[1].T])) / -spacing


def _outflow(state: Float[np.ndarray, "3 n n"], *, mirrored: bool) -> Float[np.ndarray, "3 n n"]:
    """Return the differences of the fluxes along the first axis; momenta are (normal, other)."""
    low = state[:, 1::-1].copy() if mirrored else state[:, [0, 0]]
    if mirrored:
        low[1] *= -1
    padded = np.concatenate([low, state, state[:, [-1, -1]]], axis=1)
    padded[1:] /= padded[0]
    steps = np.diff(padded, axis=1)
    half = limited(steps[:, :-1], steps[:, 1:])
    return np.diff(flux(padded[:, 1:-2] + half[:, :-1], padded[:, 2:-1] - half[:, 1:]), axis=1)


def flux(
    left: Float[np.ndarray, "3 m n"], right: Float[np.ndarray, "3 m n"]
) -> Float[np.ndarray, "3 m n"]:
    """Return the flux of depth and both momenta between two states (depth, normal, other velocity).

    Source: Harten, Lax & van Leer 1983, SIAM Review 25, 35-61.
    """
    wave_left, wave_right = np.sqrt(left[0]), np.sqrt(right[0])
    slowest = np.minimum(np.minimum(left[1] - wave_left, right[1] - wave_right), 0.0)
    fastest = np.maximum(np.maximum(left[1] + wave_left, right[1] + wave_right), 0.0)
    before, after = _conserved(left), _conserved(right)
    flux_left, flux_right = left[1] * before, right[1] * after
    flux_left[1] += left[0] ** 2 / 2
    flux_right[1] += right[0] ** 2 / 2
    between = fastest * flux_left - slowest * flux_right + fastest * slowest * (after - before)
    return between / (fastest - slowest)


def _conserved(state: Float[np.ndarray, "3 m n"]) -> Float[np.ndarray, "3 m n"]:
    return np.stack([state[0], state[0] * state[1], state[0] * state[2]])


SIMULATION = Simulation(
    title="Shallow water, radial dam break",
    layout="groups",
    solve=solve,
    domain=(-HALF_WIDTH, HALF_WIDTH),
    dimensions=2,
    frame_interval=FRAME_INTERVAL,
    cells=128,
    frames=FRAMES,
    attributes={"gravity": 1.0, "inner_height": INNER_DEPTH, "T_end": 1.0},
)
