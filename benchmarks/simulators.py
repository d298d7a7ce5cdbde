"""How long the simulated twins take at the published resolution, and what they show.

    python benchmarks/simulators.py speed [NAME ...]   seconds, one process
    python benchmarks/simulators.py facts              the numbers of docs/findings.md

Set OMP_NUM_THREADS=1, so that one process means one core.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from orca.data.simulate import (
    burgers,
    darcy_flow,
    diffusion_reaction_1d,
    diffusion_reaction_2d,
    diffusion_sorption,
    shallow_water,
)
from orca.data.simulation import Portion, Simulation
from orca.declarations import Declarations

SAMPLES = {
    "advection": 1000,
    "burgers": 1000,
    "diffusion_reaction_1d": 1000,
    "diffusion_sorption": 64,
    "navier_stokes_1d": 8,
    "darcy_flow": 32,
    "shallow_water": 16,
    "diffusion_reaction_2d": 4,
    "darcy_nas_bench": 8,
}
"""How many samples of each are timed; the last ones are slow or all take the same."""

EXTRA = (
    ("darcy_nas_bench", {"cells": 85, "samples": 128}),
    ("navier_stokes_1d", {"cells": 256, "samples": 32}),
    ("advection", {"cells": 128, "samples": 130, "frames": (0, 200)}),
    ("diffusion_sorption", {"cells": 128, "samples": 130, "frames": (0, 99, 100)}),
    ("shallow_water", {"samples": 1000, "frames": (0, 99, 100)}),
)
"""Smaller twins that are often wanted."""


HEAD = (
    "| simulation | variant | cells | frames | samples | seconds | processor seconds per sample |\n"
    "|---|---|---|---|---|---|---|"
)


def speed(names: list[str]) -> None:
    """Print a row per simulation, variant and size: all frames, written to a file."""
    simulations = Declarations[Simulation](package="orca.data.simulate", kind="simulation")
    print(HEAD)
    for name, samples in SAMPLES.items():
        if not names or name in names:
            for variant in simulations[name].variants:
                _time(name, simulations[name], {"samples": samples, "variant": variant})
    for name, choices in EXTRA:
        if not names or name in names:
            _time(name, simulations[name], choices)


def _time(name: str, simulation: Simulation, choices: dict[str, Any]) -> None:
    portion = _portion(
        choices["samples"],
        choices.get("cells", simulation.cells),
        choices.get("frames", tuple(range(simulation.frames))),
        choices.get("variant", simulation.variants[0]),
    )
    with tempfile.TemporaryDirectory() as folder:
        start, busy = time.perf_counter(), time.process_time()
        simulation.generate(Path(folder) / "twin", portion)
        seconds, busy = time.perf_counter() - start, time.process_time() - busy
    samples = len(portion.samples)
    print(
        f"| {name} | {portion.variant} | {portion.cells} | {len(portion.frames)} | {samples} "
        f"| {seconds:.2f} | {busy / samples:.4f} |",
        flush=True,
    )


def facts() -> None:
    """Print what the protocol of the official code costs by itself, measured on our twins."""
    for rows in (_burgers, _shallow_water, _sorption, _reaction, _patterns, _darcy):
        for row in rows():
            print(row, flush=True)


def _nrmse(found: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return the metric of the tasks, one number per sample."""
    axes = tuple(range(1, target.ndim))
    return np.sqrt(((found - target) ** 2).mean(axes) / (target**2).mean(axes))


def _portion(samples: int, cells: int, frames: tuple[int, ...], variant: str) -> Portion:
    return Portion(samples=range(samples), cells=cells, frames=frames, seed=0, variant=variant)


def _solved(equation: Any, portion: Portion) -> np.ndarray:
    """Return the fields of a portion by frame, then by sample."""
    *_, fields = equation.solve(portion).values()
    return np.moveaxis(fields.astype(float), 1, 0)


def _burgers() -> Iterator[str]:
    for variant in burgers.SIMULATION.variants:
        first, last = _solved(burgers, _portion(1000, 1024, (0, 200), variant))
        mean = first.mean(1, keepdims=True)
        costs, quantiles = _nrmse(mean, last), np.quantile(np.abs(mean), (0.01, 0.05, 0.5))
        yield (
            f"burgers {variant}: largest |last frame - mean of first| "
            f"{np.abs(last - mean).max():.1e}"
        )
        yield (
            f"burgers {variant}: nRMSE of predicting the mean of the input, mean and median "
            f"{costs.mean():.1e} {np.median(costs):.1e}"
        )
        yield f"burgers {variant}: quantiles .01 .05 .5 of |mean| {quantiles.round(3)}"


def _shallow_water() -> Iterator[str]:
    starts = [
        shallow_water.farthest_centre(generator.uniform(*shallow_water.RADII), cells=128)
        for generator in _portion(1000, 128, (0,), "").generators()
    ]
    ends = {
        start: shallow_water.collapse(start, 128, (99, 100)).astype(float) for start in {*starts}
    }
    costs = [_nrmse(ends[start][1:], ends[start][:1])[0] for start in starts]
    seen = {*starts[:900]}
    yield f"shallow_water: different simulations among 1000 {len(ends)}"
    yield (
        "shallow_water: test samples (last 100) that the training part holds too "
        f"{sum(start in seen for start in starts[900:])}"
    )
    yield (
        f"shallow_water: nRMSE of frame 100 as a prediction of frame 99 {np.mean(costs):.2e}, "
        f"last 100 samples {np.mean(costs[900:]):.2e}"
    )


def _sorption() -> Iterator[str]:
    portion = _portion(200, 1024, (99, 100), "standard")
    before, last = _solved(diffusion_sorption, portion)
    yield f"diffusion_sorption: nRMSE of frame 100 for frame 99 {_nrmse(last, before).mean():.2e}"


def _reaction() -> Iterator[str]:
    for variant in diffusion_reaction_1d.SIMULATION.variants:
        early, late = _solved(diffusion_reaction_1d, _portion(1000, 1024, (29, 99), variant))
        cost = _nrmse(early, late).mean()
        yield f"diffusion_reaction_1d {variant}: nRMSE of frame 29 for frame 99 {cost:.2e}"


def _patterns() -> Iterator[str]:
    data = _solved(diffusion_reaction_2d, _portion(8, 128, (0, 99, 100), "standard"))
    _, before, last = data[..., 1]
    conditional = []
    for activator in data[0, :2, ..., 0]:
        noises = np.random.default_rng(0).standard_normal((8, *activator.shape))
        ends = np.stack([
            diffusion_reaction_2d.react(np.stack([activator, noise]), frames=(100,))[0, 1]
            for noise in noises
        ]).astype(float)  # fmt: skip
        # the mean of 8 draws scatters itself: its squared error counts 1 + 1/8 times
        conditional.append(np.sqrt(ends.var(axis=0, ddof=1).mean() / (ends**2).mean()))
    cost = _nrmse(last, before).mean()
    yield f"diffusion_reaction_2d: nRMSE of frame 100 for frame 99 {cost:.2e}"
    yield (
        "diffusion_reaction_2d: nRMSE of the best prediction of v from u at the start "
        f"{np.mean(conditional):.2f}"
    )


def _darcy() -> Iterator[str]:
    ((steady,), (published,)) = (
        _solved(darcy_flow, _portion(200, 64, (0,), variant))
        for variant in darcy_flow.SIMULATION.variants
    )
    costs = _nrmse(steady, published)
    yield (
        "darcy_flow: nRMSE of the steady pressure for the published-like one, mean, median, 90 % "
        f"{costs.mean():.3f} {np.median(costs):.3f} {np.quantile(costs, 0.9):.3f}"
    )


if __name__ == "__main__":
    verb, *rest = sys.argv[1:] or ["speed"]
    {"speed": lambda: speed(rest), "facts": facts}[verb]()
