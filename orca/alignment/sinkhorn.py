"""Sinkhorn's iteration, in exponential form where that is safe and in logarithmic where not.

One problem is a cost matrix with a mass on each row and each column; a batch of problems is
stacked along leading axes, with mass 0 and infinite cost where one is smaller than its batch.

What belongs to rows and columns (masses, potentials, sums) stands in one vector, that of the rows
first.

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
BLOCK = 2**19  # entries of the kernel that a thread works on at a time on a CPU


@dataclass(frozen=True)
class Problem:
    """A transport problem, or a batch of them.

    Args:
        cost: of moving from row to column; infinite in rows and columns without mass.
        masses: of the rows, then of the columns; either sum to 1.
        padded: whether some rows or columns have no mass.
    """

    cost: Float[Tensor, "*batch n m"]
    masses: Float[Tensor, "*batch sides"]
    padded: bool = False

    def split(
        self, both: Float[Tensor, "*batch sides"]
    ) -> tuple[Float[Tensor, "*batch n"], Float[Tensor, "*batch m"]]:
        """Return what belongs to the rows, and what to the columns."""
        rows = self.cost.shape[-2]
        return both[..., :rows], both[..., rows:]


class Kernel:
    """exp((f + g - cost) / eps), its rows asked for block by block; no entry below 2^FLOOR."""

    def __init__(self, problem: Problem, potentials: Tensor, eps: Tensor) -> None:
        scale = (LOG2_E / eps)[..., None]
        f, g = problem.split(potentials * scale)
        self.cost, self.slope = problem.cost, -scale[..., None]
        self.f, self.g = f[..., None], g[..., None, :]

    def rows(self, block: slice, *, out: Tensor | None = None) -> Float[Tensor, "*batch b m"]:
        """Return some rows, in `out` where it is given."""
        exponent = torch.addcmul(self.g, self.cost[..., block, :], self.slope, out=out)
        return exponent.add_(self.f[..., block, :]).clamp_(min=FLOOR).exp2_()

    def without_smallest(self) -> Float[Tensor, "*batch n m"]:
        """Return all rows, the smallest entries set to 0; see `drop_smallest`."""
        return drop_smallest(self.rows(slice(None)))

    def blocks(
        self, *, out: Float[Tensor, "*batch n m"] | None = None
    ) -> Iterator[tuple[slice, Float[Tensor, "*batch b m"]]]:
        """Yield the rows block by block, in `out`; without it, each overwrites the one before."""
        slices = block_slices(self.cost)
        room = torch.empty_like(self.cost[..., slices[0], :]) if out is None else out
        for block in slices:
            place = slice(block.stop - block.start) if out is None else block
            yield block, self.rows(block, out=room[..., place, :])


def drop_smallest(entries: Tensor) -> Tensor:
    """Set the kernel's smallest entries to 0, in place.

    Products of those with small masses or features would underflow, which is as slow.
    """
    return torch.threshold_(entries, 2.0 ** (FLOOR + 20), 0.0)


def block_slices(matrix: Float[Tensor, "*batch n m"]) -> list[slice]:
    """Return the rows of a matrix in parts that fit the processor's caches, whole on a GPU."""
    rows, columns = matrix.shape[-2:]
    cached = BLOCK * torch.get_num_threads()
    step = max(1, cached // columns) if matrix.device.type == "cpu" else rows
    return [slice(start, min(start + step, rows)) for start in range(0, rows, step)]


def add_product(
    matrix: Float[Tensor, "*batch n m"],
    vector: Float[Tensor, "*batch m"],
    *,
    to: Float[Tensor, "*batch n"],
) -> None:
    """Add the product of a matrix with a vector to `to`, in place; of a batch, each with its own.

    On a CPU a batch's are taken one by one: as one call they take three to five times as long.
    """
    if matrix.dim() == 2:
        to.addmv_(matrix, vector)
    elif matrix.device.type == "cpu":
        for one, its_vector, its_sum in zip(matrix, vector, to, strict=True):
            add_product(one, its_vector, to=its_sum)
    else:
        to += (matrix @ vector[..., None])[..., 0]


def times(
    matrix: Float[Tensor, "*batch n m"], vector: Float[Tensor, "*batch m"]
) -> Float[Tensor, "*batch n"]:
    """Return the product of a matrix with a vector, or of each of a batch with its own."""
    product = vector.new_zeros(matrix.shape[:-1])
    add_product(matrix, vector, to=product)
    return product


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
    weights: Float[Tensor, "*batch sides"],
) -> Float[Tensor, "*batch sides"]:
    """Return Σ_j v_j M_ij and Σ_i u_i M_ij, both in one pass over M; 1 without mass.

    Args:
        problem: masses.
        blocks: rows of M, and which they are.
        weights: u and v.
    """
    sums = torch.zeros_like(weights)
    (u, v), (rows, columns) = problem.split(weights), problem.split(sums)
    for block, entries in blocks:
        add_product(entries, v, to=rows[..., block])
        add_product(entries.mT, u[..., block], to=columns)
    return with_mass(sums, problem.masses, problem)


def log_sums(
    problem: Problem,
    potentials: Float[Tensor, "*batch sides"],
    eps: Float[Tensor, "*batch"],
) -> Float[Tensor, "*batch sides"]:
    """Return log Σ_j b_j K_ij and log Σ_i a_i K_ij, K = exp((f + g - cost) / eps).

    Both are 0 everywhere at the optimum, and 0 where there is no mass.

    Args:
        problem: cost and masses a, b.
        potentials: f and g.
        eps: the temperature.
    """
    blocks = Kernel(problem, potentials, eps).blocks()
    sums = sums_by_block(problem, blocks, problem.masses)
    if safe(sums):
        return sums.log()
    return log_sums_in_logarithms(problem, potentials, eps)


def log_sums_in_logarithms(
    problem: Problem, potentials: Tensor, eps: Tensor
) -> Float[Tensor, "*batch sides"]:
    """Return what `log_sums` does, slower, for potentials so far off that a sum underflows."""
    log_a, log_b = problem.split(problem.masses.log())
    f, g = problem.split(potentials)
    exponent = (f[..., None] + g[..., None, :] - problem.cost) / eps[..., None, None]
    rows = torch.logsumexp(exponent + log_b[..., None, :], dim=-1)
    columns = torch.logsumexp(exponent + log_a[..., None], dim=-2)
    return torch.where(problem.masses > 0, torch.cat([rows, columns], dim=-1), 0)


def dual_value(
    problem: Problem, potentials: Float[Tensor, "*batch sides"]
) -> Float[Tensor, "*batch"]:
    """Return Σ_i a_i f_i + Σ_j b_j g_j, which at the optimum is the regularised cost."""
    return (problem.masses * potentials).sum(dim=-1)
