"""Advection: a profile moves along a periodic line, unchanged.

Source: PDEBench (arXiv:2210.07182), 1D advection, beta = 0.4.
"""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from orca.data.simulate.initial_fields import WaveFields, draw_wave_fields
from orca.data.simulate.layout import Fields, SingleFile, cell_centres
from orca.data.simulation import Portion, Simulation

SPEED = {"standard": 0.4, "double_speed": 0.8}
FRAME_INTERVAL = 0.01
FRAMES = 201


def solve(portion: Portion) -> Fields:
    """Return `tensor`, (sample, frame, cell): the exact solution of u_t + beta u_x = 0 on (0, 1).

    Differs from the published data: theirs come from a second-order finite volume scheme, which
    smears the edges of windowed profiles a little. The variant `double_speed` moves as the file
    did before September 2023 (PDEBench, issue 46).
    """
    x = cell_centres(0.0, 1.0, portion.cells)
    fields = draw_wave_fields(
        portion.generators(), modes=4, period=x[-1] - x[0], window_probability=0.1
    )
    times = FRAME_INTERVAL * np.array(portion.frames)
    return {"tensor": transport(fields, x, times, speed=SPEED[portion.variant])}


def transport(
    fields: WaveFields, x: Float[np.ndarray, " x"], times: Float[np.ndarray, " t"], *, speed: float
) -> Float[np.ndarray, "n t x"]:
    """Return the fields, repeated with period 1, moved to the right by `speed` times `times`."""
    moved = np.empty((len(fields.signs), len(times), len(x)), np.float32)
    for frame, time in enumerate(times):
        moved[:, frame] = fields.at((x - speed * time) % 1.0)
    return moved


def axes(portion: Portion) -> Mapping[str, np.ndarray]:
    """Return the cell centres and, as published, one time more than there are frames."""
    return {"x": cell_centres(0.0, 1.0, portion.cells), "t": FRAME_INTERVAL * np.arange(FRAMES + 1)}


SIMULATION = Simulation(
    title="Advection, beta = 0.4",
    file_names=("1D_Advection_Sols_beta0.4.hdf5",),
    layout=SingleFile(),
    solve=solve,
    axes=axes,
    cells=1024,
    samples=10000,
    frames=FRAMES,
    attributes={"beta": 0.4},
    variants=tuple(SPEED),
)
