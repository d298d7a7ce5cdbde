"""Sinkhorn's iteration, in exponential form where that is safe and in logarithmic where not.

One problem is a cost matrix with a mass on each row and each column; a batch of problems is
stacked along leading axes, with mass 0 and infinite cost where one is smaller than its batch.

Each step needs the kernel exp((f + g - cost) / eps) once, for both its row and column sums.
It is built block by block, in the processor's cache, by exp2 of an exponent that is kept above
`FLOOR`: entries below add nothing to a sum, but numbers that underflow cost ten times as much.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

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

    def blocks(
        self, *, out: Float[Tensor, "*batch n m"] | None = None
    ) -> Iterator[tuple[slice, Float[Tensor, "*batch b m"]]]:
        """Yield the rows block by block, in `out`; without it, each overwrites the one before."""
        slices = block_slices(self.cost)
        room = torch.empty_like(self.cost[..., slices[0], :]) if out is None else out
        for block in slices:
            place = slice(block.stop - block.start) if out is None else block
            yield block, self.rows(block, out=room[..., place, :])


def block_slices(matrix: Float[Tensor, "*batch n m"]) -> list[slice]:
    """Return the rows of a matrix in parts that fit a processor's cache, whole on a GPU."""
    rows, columns = matrix.shape[-2:]
    step = max(1, BLOCK // columns) if matrix.device.type == "cpu" else rows
    return [slice(start, min(start + step, rows)) for start in range(0, rows, step)]


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


def safe(sums: Tensor) -> bool:
    """Return whether sums are far from where they overflow or underflow."""
    least, most = torch.aminmax(sums)
    return SAFE[0] < float(least) and float(most) < SAFE[1]


def sums_by_block(
    problem: Problem,
    blocks: Iterator[tuple[slice, Float[Tensor, "*batch b m"]]],
    *,
    scalings: tuple[Float[Tensor, "*batch n"], Float[Tensor, "*batch m"]] | None = None,
    in_turn: bool,
) -> tuple[Float[Tensor, "*batch n"], Float[Tensor, "*batch m"]]:
    """Return Σ_j b_j v_j M_ij and Σ_i a_i u_i M_ij, both in one pass over M; 1 without mass.

    Args:
        problem: masses a, b.
        blocks: rows of M, and which they are.
        scalings: u and v, or None for 1.
        in_turn: take the column sums after the first ones have been divided out.
    """
    a, b = problem.row_mass, problem.column_mass
    u_a, v_b = (a * scalings[0], b * scalings[1]) if scalings else (a, b)
    rows, columns = torch.empty_like(a), torch.zeros_like(b)
    for block, entries in blocks:
        sums = times(entries, v_b)
        rows[..., block] = sums
        weights = a[..., block] / sums if in_turn else u_a[..., block]
        columns += times(entries.mT, weights)
    return with_mass(rows, a, problem), with_mass(columns, b, problem)


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
    blocks = Kernel(problem.cost, potentials, eps).blocks()
    rows, columns = sums_by_block(problem, blocks, in_turn=in_turn)
    if safe(rows) and safe(columns):
        return rows.log(), columns.log()
    return log_sums_in_logarithms(problem, potentials, eps, in_turn=in_turn)


def log_sums_in_logarithms(
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
    if safe(rows) and safe(columns):
        moved = entries.mul_(a[..., None]).mul_((b / columns)[..., None, :])
        return rows.log(), columns.log(), moved
    logarithms = log_sums_in_logarithms(problem, potentials, eps, in_turn=False)
    exponent = (potentials.f[..., None] - problem.cost) / eps[..., None, None]
    shares = torch.softmax(exponent + a.log()[..., None], dim=-2)
    return *logarithms, torch.where(b[..., None, :] > 0, shares * b[..., None, :], 0)
