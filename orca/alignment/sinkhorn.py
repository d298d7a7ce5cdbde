"""One step of Sinkhorn's iteration, in exponential form where that is safe, else in logarithmic.

One problem is a cost matrix with a mass on each row and each column; a batch of problems is
stacked along leading axes, with mass 0 and infinite cost where one is smaller than its batch.
What belongs to rows and columns (masses, potentials, sums) stands in one vector, that of the rows
first.

Each step needs the kernel exp((f + g - cost) / eps) once, for both its row and column sums. It
is built block by block, in the processor's cache, by exp2 of an exponent that is kept above
`FLOOR`: entries below add nothing to a sum, but numbers that underflow cost ten times as much.

`orca.alignment.annealing` repeats the step and decides when to stop: after the official schedule's
steps, or in `converge` once the marginals are right to `tolerance`.
"""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

LOG2_E = 1 / math.log(2)
FLOOR = -100.0  # exponent of 2 below which an entry of the kernel counts as 2^FLOOR
SAFE = 2.0**-60, 2.0**100  # sums outside are taken again in logarithmic form
BLOCK = 2**19  # entries of the kernel that a thread works on at a time on a CPU
RANGE = 14.0  # largest natural logarithm of u and v: their products with the floor stay tiny
LARGEST_POWER = 4096  # the relative rounding of an entry grows by the power, to 3e-4 in float32
SQUARINGS = {1.0: 0, 2.0: 1, 4.0: 2}  # by what the temperature is divided by: 2^p in annealing


@dataclass(frozen=True)
class TransportProblem:
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

    def with_mass(self, sums: Tensor, mass: Tensor) -> Tensor:
        """Return sums, 1 where there is no mass."""
        return torch.where(mass > 0, sums, 1) if self.padded else sums


class Kernel:
    """exp((f + g - cost) / eps) of one problem, kept from step to step.

    When eps falls to eps / 4, K turns into u_i v_j K_ij⁴, with u and v the exponentials of how far
    the potentials have moved since it was built: two squarings and two vectors take the place of an
    exponential. It is built anew where they leave `RANGE`, after `LARGEST_POWER`, and where the
    temperature changes by another factor.

    Built anew at each step, a value of 1024 points takes 1.2 to 1.6 times as long: behind an untrained
    embedder it is 27 to 37 times as fast as geomloss, instead of 37 to 50.
    """

    def __init__(self, problem: TransportProblem) -> None:
        self.problem = problem
        self.entries = torch.empty_like(problem.cost)
        self.built: Tensor | None = None  # the potentials that the entries belong to
        self.eps = problem.masses.new_zeros(())
        self.power = 1

    def log_sums(
        self,
        potentials: Float[Tensor, "*batch sides"],
        eps: Float[Tensor, "*batch"],
        *,
        into_plan: bool = False,
    ) -> Float[Tensor, "*batch sides"]:
        """Return log Σ_j b_j K_ij and log Σ_i a_i K_ij, with a and b the masses.

        Both are 0 everywhere at the optimum, and 0 where there is no mass.

        Args:
            potentials: f and g.
            eps: the temperature.
            into_plan: turn `entries` into the plan a_i b_j K_ij, scaled so that its row sums are
                right; nothing can be asked of the kernel afterwards.
        """
        problem, squarings = self.problem, self._squarings(potentials, eps)
        if squarings is None or self.built is None:
            self.built, self.power = potentials, 1
        else:
            self.power *= 2**squarings
        self.eps, moved = eps, (potentials - self.built) / eps[..., None]
        (a, _), (u, v) = problem.split(problem.masses), problem.split(problem.masses * moved.exp())
        sums = torch.zeros_like(potentials)
        rows, columns = problem.split(sums)
        for block in _blocks(self.entries):
            entries = self.entries[..., block, :]
            if squarings is None:
                kernel_rows(problem, potentials, eps, rows=block, out=entries)
            else:
                _square(entries, times=squarings)
            add_product(entries, v, to=rows[..., block])
            add_product(entries.mT, u[..., block], to=columns)
            if into_plan:
                shares = a[..., block] / problem.with_mass(rows[..., block], a[..., block])
                drop_smallest(entries).mul_(shares[..., None]).mul_(v[..., None, :])
        sums = problem.with_mass(sums, problem.masses)
        least, most = torch.aminmax(sums)
        if SAFE[0] < float(least) and float(most) < SAFE[1]:
            return sums.log() + moved
        if into_plan:
            plan_in_logarithms(problem, potentials, eps, out=self.entries)
        return log_sums_in_logarithms(problem, potentials, eps)

    def _squarings(self, potentials: Tensor, eps: Tensor) -> int | None:
        """Return how often to square the entries to have them at `eps`; None to build them anew."""
        if self.built is None:
            return None
        least, most = (float(ratio) for ratio in torch.aminmax(self.eps / eps))
        count = SQUARINGS.get(least) if least == most else None
        if count is None or self.power * 2**count > LARGEST_POWER:
            return None
        moved = (potentials - self.built) / eps[..., None]
        return count if float(moved.abs().amax()) < RANGE else None


def kernel_rows(
    problem: TransportProblem,
    potentials: Float[Tensor, "*batch sides"],
    eps: Float[Tensor, "*batch"],
    *,
    rows: slice,
    out: Tensor | None = None,
) -> Float[Tensor, "*batch b m"]:
    """Return some rows of exp((f + g - cost) / eps), in `out` if given; no entry below 2^FLOOR."""
    scale = (LOG2_E / eps)[..., None]
    f, g = problem.split(potentials * scale)
    cost = problem.cost[..., rows, :]
    exponent = torch.addcmul(g[..., None, :], cost, -scale[..., None], out=out)
    return exponent.add_(f[..., rows, None]).clamp_(min=FLOOR).exp2_()


def _square(entries: Tensor, *, times: int) -> None:
    """Square in place, again and again; no entry ends below 2^FLOOR."""
    if times:
        entries.clamp_(min=2.0 ** (FLOOR / 2**times))
    for _ in range(times):
        entries.square_()


def drop_smallest(entries: Tensor) -> Tensor:
    """Set the kernel's smallest entries to 0, in place.

    Products of those with small masses or features would underflow, which is as slow.
    """
    return torch.threshold_(entries, 2.0 ** (FLOOR + 20), 0.0)


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


def log_sums_in_logarithms(
    problem: TransportProblem, potentials: Tensor, eps: Tensor
) -> Float[Tensor, "*batch sides"]:
    """Return what `Kernel.log_sums` does, slower, for potentials so far off that a sum underflows."""
    (a, b), (f, g) = problem.split(problem.masses), problem.split(potentials)
    exponent = (f[..., None] + g[..., None, :] - problem.cost) / eps[..., None, None]
    rows = torch.logsumexp(exponent + b.log()[..., None, :], dim=-1)
    columns = torch.logsumexp(exponent + a.log()[..., None], dim=-2)
    return torch.where(problem.masses > 0, torch.cat([rows, columns], dim=-1), 0)


def plan_in_logarithms(
    problem: TransportProblem, potentials: Tensor, eps: Tensor, *, out: Tensor
) -> None:
    """Write the plan, computed in logarithms, into `out`."""
    (a, b), (_, g) = problem.split(problem.masses), problem.split(potentials)
    exponent = (g[..., None, :] - problem.cost) / eps[..., None, None]
    shares = torch.softmax(exponent + b.log()[..., None, :], dim=-1)
    out.copy_(torch.where(a[..., None] > 0, shares * a[..., None], 0))


def dual_value(
    problem: TransportProblem, potentials: Float[Tensor, "*batch sides"]
) -> Float[Tensor, "*batch"]:
    """Return Σ_i a_i f_i + Σ_j b_j g_j, which at the optimum is the regularised cost."""
    return (problem.masses * potentials).sum(dim=-1)


def _blocks(matrix: Float[Tensor, "*batch n m"]) -> list[slice]:
    """Return the rows of a matrix in parts that fit the processor's caches, whole on a GPU."""
    rows, columns = matrix.shape[-2:]
    cached = BLOCK * torch.get_num_threads()
    step = max(1, cached // columns) if matrix.device.type == "cpu" else rows
    return [slice(start, min(start + step, rows)) for start in range(0, rows, step)]
