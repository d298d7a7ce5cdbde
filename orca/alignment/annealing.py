"""Annealing: the temperatures that Sinkhorn's iteration runs through, from coarse to fine."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

Steps = list[tuple[float, float]]  # temperature and relaxation of each step


@dataclass(frozen=True)
class Annealing:
    """Temperatures and relaxations, one entry per step; a batch of problems has one column each.

    Args:
        temperature: eps of each step.
        relaxation: how far a step moves the potentials: 1 replaces them, 1/2 takes the mean of
            old and new, 0 leaves them (a problem that needs fewer steps than its batch).
    """

    temperature: Float[Tensor, "steps *batch"]
    relaxation: Float[Tensor, "steps *batch"]


def _cooling(start: float, *, end: float, factor: float) -> list[float]:
    """Return `start`, divided by `factor` again and again, as long as it is above `end`."""
    count = math.ceil(math.log(start / end) / math.log(factor) - 1e-9)
    return [start / factor**step for step in range(count)]


def official_steps(start: float, *, end: float, p: int) -> Steps:
    """Return the steps of the official schedule, all but the last.

    The first step replaces the zero potentials, the others take means; the closing step, which
    replaces them once more at `end`, belongs to the computation of value and plan.

    Args:
        start: the first temperature: an upper bound on the distance of two points, to the `p`.
        end: the last temperature.
        p: exponent of the distance in the cost; a step divides the temperature by 2^p.

    Source: geomloss 0.3.1, `epsilon_schedule` with scaling 0.5, and `sinkhorn_loop`.
    """
    start = max(start, end)
    means = [start, *_cooling(start, end=end, factor=2.0**p), end]
    return [(start, 1.0)] + [(temperature, 0.5) for temperature in means]


def annealing(problems: list[Steps], *, like: Tensor) -> Annealing:
    """Put the steps of several problems side by side, ending together.

    Args:
        problems: the steps of each problem.
        like: a mass of the problems: its type, device and batch axes are the result's.
    """
    longest = max(len(steps) for steps in problems)
    padded = [[(steps[0][0], 0.0)] * (longest - len(steps)) + steps for steps in problems]
    table = torch.tensor(padded, dtype=like.dtype, device=like.device).permute(2, 1, 0)
    table = table.reshape(2, longest, *like.shape[:-1])
    return Annealing(table[0], table[1])
