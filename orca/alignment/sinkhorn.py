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
BLOCK = 2**18  # entries of the kernel worked on at a time on a CPU


@dataclass(frozen=True)
class Problem:
    """A transport problem, or a batch of them.

    Args:
        cost: of moving from row to column; infinite in rows and columns without mass.
        row_mass: sums to 1.
        column_mass: sums to 1.
        padded: whether some rows or columns have no mass.
    """

    cost: Float[Tensor, "*batch n m"]
    row_mass: Float[Tensor, "*batch n"]
    column_mass: Float[Tensor, "*batch m"]
    padded: bool = False


@dataclass(frozen=True)
class Potentials:
    """Dual potentials of rows and columns."""

    f: Float[Tensor, "*batch n"]
    g: Float[Tensor, "*batch m"]


class Kernel:
    """exp((f + g - cost) / eps), its rows asked for block by block; no entry below 2^FLOOR."""

    def __init__(self, cost: Tensor, potentials: Potentials, eps: Tensor) -> None:
        scale = (LOG2_E / eps)[..., None, None]
        self.cost, self.slope = cost, -scale
        self.f, self.g = potentials.f[..., None] * scale, potentials.g[..., None, :] * scale

    def rows(self, block: slice, *, out: Tensor | None = None) -> Float[Tensor, "*batch b m"]:
        """Return some rows, in `out` where it is given."""
        exponent = torch.addcmul(self.g, self.cost[..., block, :], self.slope, out=out)
        return exponent.add_(self.f[..., block, :]).clamp_(min=FLOOR).exp2_()

    def without_smallest(self) -> Float[Tensor, "*batch n m"]:
        """Return all rows, the smallest entries set to 0.

        Products of those with small masses or features would underflow, which is as slow.
        """
        entries = self.rows(slice(None))
        return torch.threshold_(entries, 2.0 ** (FLOOR + 20), 0.0)

    def blocks(self) -> Iterator[tuple[slice, Float[Tensor, "*batch b m"]]]:
        """Yield the rows block by block; each block is overwritten by the next."""
        *batch, rows, columns = self.cost.shape
        step = max(1, BLOCK // columns) if self.cost.device.type == "cpu" else rows
        step = min(step, rows)
        buffer = self.cost.new_empty(*batch, step, columns)
        for start in range(0, rows, step):
            block = slice(start, min(start + step, rows))
            yield block, self.rows(block, out=buffer[..., : block.stop - start, :])


def times(
    matrix: Float[Tensor, "*batch n m"], vector: Float[Tensor, "*batch m"]
) -> Float[Tensor, "*batch n"]:
    """Return the product of a matrix with a vector, or of each of a batch with its own."""
    if matrix.dim() == 2:
        return torch.mv(matrix, vector)
    return (matrix @ vector[..., None])[..., 0]


def with_mass(sums: Tensor, mass: Tensor, problem: Problem) -> Tensor:
    """Return sums, 1 where there is no mass."""
    return torch.where(mass > 0, sums, 1) if problem.padded else sums


def _safe(sums: Tensor) -> bool:
    least, most = torch.aminmax(sums)
    return SAFE[0] < float(least) and float(most) < SAFE[1]


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
    for block, entries in Kernel(problem.cost, potentials, eps).blocks():
        sums = times(entries, b)
        rows[..., block] = sums
        weights = a[..., block] / sums if in_turn else a[..., block]
        columns += times(entries.mT, weights)
    rows, columns = with_mass(rows, a, problem), with_mass(columns, b, problem)
    if _safe(rows) and _safe(columns):
        return rows.log(), columns.log()
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


def sums_and_plan(
    problem: Problem, potentials: Potentials, eps: Float[Tensor, "*batch"]
) -> tuple[Float[Tensor, "*batch n"], Float[Tensor, "*batch m"], Float[Tensor, "*batch n m"]]:
    """Return what `log_sums` does, and the plan, scaled so that its column sums are right."""
    a, b = problem.row_mass, problem.column_mass
    entries = Kernel(problem.cost, potentials, eps).without_smallest()
    rows = with_mass(times(entries, b), a, problem)
    columns = with_mass(times(entries.mT, a), b, problem)
    if _safe(rows) and _safe(columns):
        moved = entries.mul_(a[..., None]).mul_((b / columns)[..., None, :])
        return rows.log(), columns.log(), moved
    logarithms = _log_sums_in_logarithms(problem, potentials, eps, in_turn=False)
    exponent = (potentials.f[..., None] - problem.cost) / eps[..., None, None]
    shares = torch.softmax(exponent + a.log()[..., None], dim=-2)
    return *logarithms, torch.where(b[..., None, :] > 0, shares * b[..., None, :], 0)
