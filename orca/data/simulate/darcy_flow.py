"""Darcy flow (PDEBench): from the permeability of a porous material to the pressure in it.

    u_t = div(a grad u) + beta, u = 0 outside the unit square

Source: PDEBench (arXiv:2210.07182), 2D Darcy flow, beta = 0.1.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Bool, Float

from orca.data.simulate.elliptic import Diffusion
from orca.data.simulate.initial_fields import window
from orca.data.simulation import Fields, Portion, Simulation, cell_centres

FORCE = 0.1
OPEN, TIGHT = 1.0, 0.1
"""Permeability where the sum of bumps is above its threshold, and elsewhere."""
BUMPS = 5
BATCH = 200
"""Samples that share the threshold of the permeability and the phases of the initial field."""
HIGHEST_WAVE = 4
STORED_TIME = 1.75


def solve(portion: Portion) -> Fields:
    """Return `nu`, (sample, x, y), the permeability, and `tensor`, (sample, 1, x, y), the pressure.

    The variant `steady` is what the task means to be. The published file holds the pressure at
    time 1.75 of a relaxation from a random start, `published_like`: where the material is tight, a
    part of that start is left, on which the permeability has no influence.

    Differs from the published data: theirs step in time; ours solve the same differences directly.
    """
    nu = np.empty((len(portion.samples), portion.cells, portion.cells), np.float32)
    tensor = np.empty((len(portion.samples), 1, portion.cells, portion.cells), np.float32)
    for place, sample in enumerate(portion.samples):
        batch = draw_batch(sample // BATCH, seed=portion.seed, cells=portion.cells)
        permeability = np.where(batch.is_open(sample % BATCH), OPEN, TIGHT)
        operator = cell_diffusion(permeability)
        pressure = operator.solve(np.full_like(permeability, FORCE))
        if portion.variant == "published_like":
            start = batch.start(sample % BATCH)
            pressure = pressure + operator.relax(start - pressure, time=STORED_TIME)
        nu[place], tensor[place, 0] = permeability, pressure
    return {"nu": nu, "tensor": tensor}


def cell_diffusion(permeability: Float[np.ndarray, "n n"]) -> Diffusion:
    """Return -div(a grad .) on the cells of the unit square; pressure is 0 one cell outside.

    Faces take the mean of the two cells beside them; outer faces take the cell's own value.
    """
    wide = np.pad(permeability, 1, mode="edge")
    return Diffusion(
        across=(wide[1:, 1:-1] + wide[:-1, 1:-1]) / 2,
        along=(wide[1:-1, 1:] + wide[1:-1, :-1]) / 2,
        spacing=1.0 / len(permeability),
    )


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What 200 samples share, and the random numbers of each of them.

    Args:
        cells: along each axis.
        bumps: x, y and squared width of five Gaussian bumps.
        starts: ten uniform numbers for the start of each sample's relaxation.
        phases: of the waves in it, the same in all samples.
        threshold: mean of the sum of bumps over all samples and cells.
    """

    cells: int
    bumps: Float[np.ndarray, "samples 3 bumps"]
    starts: Float[np.ndarray, "samples 8"]
    phases: Float[np.ndarray, "waves waves"]
    threshold: float

    def is_open(self, sample: int) -> Bool[np.ndarray, "n n"]:
        """Return where the sum of bumps exceeds the threshold."""
        across, along = _bump_factors(self.bumps[sample : sample + 1], self.cells)
        return np.einsum("bx,by->xy", across[0], along[0]) > self.threshold

    def start(self, sample: int) -> Float[np.ndarray, "n n"]:
        """Return the random field that relaxes towards the pressure."""
        level, spread, windowed, *edges = self.starts[sample]
        x = cell_centres(0.0, 1.0, self.cells)
        waves = random_waves(self.phases, x)
        waves *= (0.01 + 0.49 * spread) / np.abs(waves).mean()
        if windowed < 0.5:
            opens_and_closes = np.array(edges[:4]).reshape(2, 2) * 0.35 + [0.1, 0.55]
            across, along = window(x, opens_and_closes)
            waves *= across[:, None] * along
        return 0.1 + 9.9 * level + waves


@lru_cache(maxsize=1)
def draw_batch(number: int, *, seed: int, cells: int) -> Batch:
    """Draw a whole batch, also if the file ends within it; the last one is kept."""
    samples = range(number * BATCH, (number + 1) * BATCH)
    uniform = np.stack(
        [np.random.default_rng([sample, seed]).random(3 * BUMPS + 8) for sample in samples]
    )
    bumps, starts = np.split(uniform, [3 * BUMPS], axis=1)
    bumps = bumps.reshape(-1, 3, BUMPS)
    bumps[:, 2] = 0.5 * (1 - bumps[:, 2])
    shared = np.random.default_rng([number, seed, 1])
    phases = shared.uniform(0, 2 * np.pi, (2 * HIGHEST_WAVE + 1,) * 2)
    across, along = _bump_factors(bumps, cells)
    threshold = float((across.mean(2) * along.mean(2)).sum(1).mean())
    return Batch(cells=cells, bumps=bumps, starts=starts, phases=phases, threshold=threshold)


def random_waves(
    phases: Float[np.ndarray, "k k"], x: Float[np.ndarray, " x"]
) -> Float[np.ndarray, "x x"]:
    """Return the sum of |k|^(-1/2) sin(2 pi (i x + j y) + phase) over |i|, |j| <= 4, i j not 0."""
    numbers = np.arange(-HIGHEST_WAVE, HIGHEST_WAVE + 1)
    squared = (numbers**2)[:, None] + numbers**2
    amplitudes = np.where(np.outer(numbers, numbers) != 0, np.maximum(squared, 1) ** -0.25, 0.0)
    turns = np.exp(2j * np.pi * np.outer(numbers, x))
    return np.einsum(
        "ij,ix,jy->xy", amplitudes * np.exp(1j * phases), turns, turns, optimize=True
    ).imag


def _bump_factors(
    bumps: Float[np.ndarray, "samples 3 bumps"], cells: int
) -> tuple[Float[np.ndarray, "samples bumps x"], Float[np.ndarray, "samples bumps x"]]:
    """Return the factors exp(-(x - x_m)^2 / s_m) and exp(-(y - y_m)^2 / s_m) of each bump."""
    x = cell_centres(0.0, 1.0, cells)
    centres_x, centres_y, squared_widths = (bumps[:, part, :, None] for part in range(3))
    return (
        np.exp(-((x - centres_x) ** 2) / squared_widths),
        np.exp(-((x - centres_y) ** 2) / squared_widths),
    )


SIMULATION = Simulation(
    title="Darcy flow (PDEBench), beta = 0.1",
    layout="arrays",
    solve=solve,
    domain=(0.0, 1.0),
    dimensions=2,
    cells=128,
    frames=1,
    attributes={"beta": FORCE},
    variants=("steady", "published_like"),
)
