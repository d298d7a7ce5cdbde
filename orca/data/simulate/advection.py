"""Advection: a profile moves along a periodic line, unchanged.

Source: PDEBench (arXiv:2210.07182), 1D advection, beta = 0.4.
"""

import numpy as np
from jaxtyping import Float

from orca.data.simulate.initial_fields import WaveFields, draw_wave_fields
from orca.data.simulation import Fields, Portion, Simulation, cell_centres

SPEED = 0.4
FRAME_INTERVAL = 0.01
FRAMES = 201


def solve(portion: Portion) -> Fields:
    """Return `tensor`, (sample, frame, cell): the exact solution of u_t + beta u_x = 0 on (0, 1).

    Differs from the published data: theirs come from a second-order finite volume scheme, which
    smears the edges of windowed profiles a little. Before September 2023 their file moved twice
    as fast (PDEBench, issue 46).
    """
    x = cell_centres(0.0, 1.0, portion.cells)
    fields = draw_wave_fields(portion.generators(), period=x[-1] - x[0])
    times = FRAME_INTERVAL * np.array(portion.frames)
    return {"tensor": transport(fields, x, times)}


def transport(
    fields: WaveFields, x: Float[np.ndarray, " x"], times: Float[np.ndarray, " t"]
) -> Float[np.ndarray, "n t x"]:
    """Return the fields, repeated with period 1, moved to the right by beta times `times`."""
    moved = np.empty((len(fields.signs), len(times), len(x)), np.float32)
    for frame, time in enumerate(times):
        moved[:, frame] = fields.at((x - SPEED * time) % 1.0)
    return moved


SIMULATION = Simulation(
    title="Advection, beta = 0.4",
    layout="arrays",
    solve=solve,
    domain=(0.0, 1.0),
    frame_interval=FRAME_INTERVAL,
    cells=1024,
    frames=FRAMES,
    attributes={"beta": SPEED},
)
