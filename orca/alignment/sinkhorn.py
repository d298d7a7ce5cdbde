"""Sinkhorn's iteration, in exponential form where that is safe and in logarithmic where not.

One problem is a cost matrix with a mass on each row and each column; a batch of problems is
stacked along leading axes, with mass 0 and infinite cost where one is smaller than its batch.

Each step needs the matrix exp((f + g - cost) / eps) once, for both its row and column sums.
It is built block by block, in the processor's cache, by exp2 of an exponent that is kept above
`FLOOR`: entries below add nothing to a sum, but numbers that underflow cost ten times as much.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from orca.alignment.schedule import Annealing

LOG2_E = 1 / math.log(2)
FLOOR = -100.0  # exponent of 2 below which an entry of the kernel counts as 2^FLOOR
SAFE = 2.0**-60, 2.0**100  # sums outside are taken again in logarithmic form
BLOCK = 2**17  # entries of the kernel worked on at a time on a CPU


@dataclass(frozen=True)
class Problem:
    """A transport problem, or a batch of them.

    Args:
        cost: of moving from row to column; infinite in rows and columns without mass.
        row_mass: sums to 1.
        column_mass: sums to 1.
    """

    cost: Float[Tensor, "*batch n m"]
    row_mass: Float[Tensor, "*batch n"]
    column_mass: Float[Tensor, "*batch m"]


@dataclass(frozen=True)
class Potentials:
    """Dual potentials of rows and columns."""

    f: Float[Tensor, "*batch n"]
    g: Float[Tensor, "*batch m"]


def _blocks(cost: Tensor) -> Iterator[slice]:
    rows = cost.shape[-2]
    step = max(1, BLOCK // cost.shape[-1]) if cost.device.type == "cpu" else rows
    return (slice(start, start + step) for start in range(0, rows, step))


def kernel(
    cost: Float[Tensor, "*batch n m"],
    f: Float[Tensor, "*batch n"],
    g: Float[Tensor, "*batch m"],
    eps: Float[Tensor, "*batch"],
) -> Float[Tensor, "*batch n m"]:
    """Return exp((f + g - cost) / eps), entries no smaller than 2^FLOOR."""
    scale = (LOG2_E / eps)[..., None, None]
    exponent = torch.addcmul(g[..., None, :] * scale, cost, -scale)
    return exponent.add_(f[..., None] * scale).clamp_(min=FLOOR).exp2_()


def _safe(sums: Tensor, mass: Tensor) -> bool:
    return bool((((sums > SAFE[0]) & (sums < SAFE[1])) | (mass == 0)).all())


def _log_where_mass(sums: Tensor, mass: Tensor) -> Tensor:
    return torch.where(mass > 0, sums, 1).log()


def log_sums(
    problem: Problem,
    potentials: Potentials,
    eps: Float[Tensor, "*batch"],
    *,
    in_turn: bool = False,
) -> tuple[Float[Tensor, "*batch n"], Float[Tensor, "*batch m"]]:
    """Return log Σ_j b_j K_ij and log Σ_i a_i K_ij, K = exp((f + g - cost) / eps).

    Both are 0 everywhere at the optimum, and 0 where there is no mass.

    Args:
        problem: cost and masses a, b.
        potentials: f and g.
        eps: the temperature.
        in_turn: take the column sums after f has been moved so that the row sums are 1.
    """
    a, b = problem.row_mass, problem.column_mass
    rows, columns = torch.empty_like(a), torch.zeros_like(b)
    for block in _blocks(problem.cost):
        entries = kernel(problem.cost[..., block, :], potentials.f[..., block], potentials.g, eps)
        sums = (entries @ b[..., None])[..., 0]
        rows[..., block] = sums
        weights = a[..., block] / sums if in_turn else a[..., block]
        columns += (weights[..., None, :] @ entries)[..., 0, :]
    if _safe(rows, a) and _safe(columns, b):
        return _log_where_mass(rows, a), _log_where_mass(columns, b)
    return _log_sums_in_logarithms(problem, potentials, eps, in_turn=in_turn)


def _log_sums_in_logarithms(
    problem: Problem, potentials: Potentials, eps: Tensor, *, in_turn: bool
) -> tuple[Tensor, Tensor]:
    """Return what `log_sums` does, slower, for potentials so far off that a sum underflows."""
    a, b = problem.row_mass, problem.column_mass
    scale = eps[..., None, None]
    exponent = (potentials.f[..., None] + potentials.g[..., None, :] - problem.cost) / scale
    rows = torch.where(a > 0, torch.logsumexp(exponent + b.log()[..., None, :], dim=-1), 0)
    if in_turn:
        exponent = exponent - rows[..., None]
    columns = torch.logsumexp(exponent + a.log()[..., None], dim=-2)
    return rows, torch.where(b > 0, columns, 0)


def anneal_together(problem: Problem, start: Potentials, steps: Annealing) -> Potentials:
    """Return the potentials after moving f and g at once, at each of `steps`."""
    f, g = start.f, start.g
    for eps, relaxation in zip(steps.temperature, steps.relaxation, strict=True):
        rows, columns = log_sums(problem, Potentials(f, g), eps)
        move = (relaxation * eps)[..., None]
        f, g = f - move * rows, g - move * columns
    return Potentials(f, g)


def anneal_in_turn(problem: Problem, start: Potentials, steps: Annealing) -> Potentials:
    """Return the potentials after moving f, then g, at each of `steps`."""
    f, g = start.f, start.g
    for eps, relaxation in zip(steps.temperature, steps.relaxation, strict=True):
        rows, columns = log_sums(problem, Potentials(f, g), eps, in_turn=True)
        move = (relaxation * eps)[..., None]
        f, g = f - move * rows, g - move * columns
    return Potentials(f, g)


def dual_value(problem: Problem, potentials: Potentials) -> Float[Tensor, "*batch"]:
    """Return Σ_i a_i f_i + Σ_j b_j g_j, which at the optimum is the regularised cost."""
    rows = (problem.row_mass * potentials.f).sum(dim=-1)
    return rows + (problem.column_mass * potentials.g).sum(dim=-1)


def plan(
    problem: Problem, potentials: Potentials, eps: Float[Tensor, "*batch"]
) -> Float[Tensor, "*batch n m"]:
    """Return the mass moved from row to column, scaled so that the column sums are right."""
    a, b = problem.row_mass, problem.column_mass
    entries = kernel(problem.cost, potentials.f, potentials.g, eps).mul_(a[..., None])
    columns = entries.sum(dim=-2)
    if _safe(columns, b):
        return entries.mul_((b / columns)[..., None, :])
    scale = eps[..., None, None]
    exponent = (potentials.f[..., None] - problem.cost) / scale + a.log()[..., None]
    return torch.where(b[..., None, :] > 0, torch.softmax(exponent, dim=-2), 0) * b[..., None, :]
