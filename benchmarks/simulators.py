"""How long the simulated twins take at the published resolution, and what they show.

    python benchmarks/simulators.py speed [NAME ...]   seconds, one process
    python benchmarks/simulators.py facts              the numbers of docs/findings.md

Set OMP_NUM_THREADS=1, so that one process means one core.
"""

import sys
import tempfile
import time
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


def speed(names: list[str]) -> None:
    """Print a row per simulation, variant and size: all frames, written to a file."""
    simulations = Declarations[Simulation](package="orca.data.simulate", kind="simulation")
    print(
        "| simulation | variant | cells | frames | samples | seconds | processor seconds per sample |"
    )
    print("|---|---|---|---|---|---|---|")
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
    for row in (
        *_burgers_rows(),
        *_shallow_water_rows(),
        *_sorption_rows(),
        *_reaction_rows(),
        *_pattern_rows(),
        *_darcy_rows(),
    ):
        print(row, flush=True)


def _nrmse(found: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return the metric of the tasks, one number per sample."""
    axes = tuple(range(1, target.ndim))
    return np.sqrt(((found - target) ** 2).mean(axes) / (target**2).mean(axes))


def _portion(samples: int, cells: int, frames: tuple[int, ...], variant: str) -> Portion:
    return Portion(samples=range(samples), cells=cells, frames=frames, seed=0, variant=variant)


def _burgers_rows() -> list[str]:
    rows = []
    for variant in burgers.SIMULATION.variants:
        u = burgers.solve(_portion(1000, 1024, (0, 200), variant))["tensor"].astype(float)
        mean = u[:, 0].mean(1, keepdims=True)
        quantiles = np.quantile(np.abs(mean), (0.01, 0.05, 0.5))
        rows += [
            f"burgers {variant}: largest |last frame - mean of first| "
            f"{np.abs(u[:, 1] - mean).max():.1e}",
            f"burgers {variant}: nRMSE of predicting the mean of the input, mean and median "
            f"{_nrmse(mean, u[:, 1]).mean():.1e} {np.median(_nrmse(mean, u[:, 1])):.1e}",
            f"burgers {variant}: quantiles .01 .05 .5 of |mean| {quantiles.round(3)}",
        ]
    return rows


def _shallow_water_rows() -> list[str]:
    starts = [
        shallow_water.farthest_centre(generator.uniform(*shallow_water.RADII), cells=128)
        for generator in _portion(1000, 128, (0,), "").generators()
    ]
    different = sorted(set(starts))
    ends = {
        start: shallow_water.collapse(start, 128, (99, 100)).astype(float) for start in different
    }
    costs = [_nrmse(ends[start][1:], ends[start][:1])[0] for start in starts]
    seen = set(starts[:900])
    return [
        f"shallow_water: different simulations among 1000 {len(different)}",
        "shallow_water: test samples (last 100) that the training part holds too "
        f"{sum(start in seen for start in starts[900:])}",
        f"shallow_water: nRMSE of frame 100 as a prediction of frame 99 {np.mean(costs):.2e}, "
        f"last 100 samples {np.mean(costs[900:]):.2e}",
    ]


def _sorption_rows() -> list[str]:
    portion = _portion(200, 1024, (99, 100), "standard")
    before, last = np.moveaxis(diffusion_sorption.solve(portion)["data"].astype(float), 1, 0)
    return [
        f"diffusion_sorption: nRMSE of frame 100 for frame 99 {_nrmse(last, before).mean():.2e}"
    ]


def _reaction_rows() -> list[str]:
    rows = []
    for variant in diffusion_reaction_1d.SIMULATION.variants:
        portion = _portion(1000, 1024, (29, 99), variant)
        early, late = np.moveaxis(
            diffusion_reaction_1d.solve(portion)["tensor"].astype(float), 1, 0
        )
        rows.append(
            f"diffusion_reaction_1d {variant}: nRMSE of frame 29 for frame 99 "
            f"{_nrmse(early, late).mean():.2e}"
        )
    return rows


def _pattern_rows() -> list[str]:
    portion = _portion(8, 128, (0, 99, 100), "standard")
    data = diffusion_reaction_2d.solve(portion)["data"].astype(float)
    _, before, last = np.moveaxis(data[..., 1], 1, 0)
    conditional = []
    for activator in data[:2, 0, ..., 0]:
        noises = np.random.default_rng(0).standard_normal((8, *activator.shape))
        ends = np.stack(
            [
                diffusion_reaction_2d.react(np.stack([activator, noise]), frames=(100,))[0, 1]
                for noise in noises
            ]
        )
        # the mean of 8 draws scatters itself: its squared error counts 1 + 1/8 times
        spread = ends.astype(float).var(axis=0, ddof=1).mean()
        conditional.append(np.sqrt(spread / (ends.astype(float) ** 2).mean()))
    return [
        f"diffusion_reaction_2d: nRMSE of frame 100 for frame 99 {_nrmse(last, before).mean():.2e}",
        "diffusion_reaction_2d: nRMSE of the best prediction of v from u at the start "
        f"{np.mean(conditional):.2f}",
    ]


def _darcy_rows() -> list[str]:
    steady, published = (
        darcy_flow.solve(_portion(200, 64, (0,), variant))["tensor"].astype(float)
        for variant in darcy_flow.SIMULATION.variants
    )
    costs = _nrmse(steady, published)
    return [
        "darcy_flow: nRMSE of the steady pressure for the published-like one, mean, median, 90 % "
        f"{costs.mean():.3f} {np.median(costs):.3f} {np.quantile(costs, 0.9):.3f}"
    ]


if __name__ == "__main__":
    verb, *rest = sys.argv[1:] or ["speed"]
    {"speed": lambda: speed(rest), "facts": facts}[verb]()
