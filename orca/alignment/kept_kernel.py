"""Annealing with a kernel that is kept and raised to a power, not built anew at each temperature.

From one temperature eps to the next, eps / 4, K = exp((f + g - cost) / eps) turns into u_i v_j K_ij⁴
with u and v the exponentials of how far the potentials have moved since K was built: two squarings
and two vectors take the place of an exponential. Where a temperature stays, only the vectors change.
The kernel is built anew where they leave `RANGE`, after `LARGEST_POWER`, and where the temperature
falls by another factor.
"""

from collections.abc import Iterator

import torch
from jaxtyping import Float
from torch import Tensor

from orca.alignment.annealing import Annealing
from orca.alignment.sinkhorn import (
    FLOOR,
    Kernel,
    Problem,
    add_product,
    block_slices,
    drop_smallest,
    log_sums_in_logarithms,
    safe,
    sums_by_block,
    times,
    with_mass,
)

RANGE = 14.0  # largest natural logarithm of u and v: their products with the floor stay tiny
RANGE_OF_PLAN = 7.0  # the same for a plan: its entries that are not dropped do not underflow
LARGEST_POWER = 4096  # the relative rounding of an entry grows by the power, to 3e-4 in float32
SQUARINGS = {1.0: 0, 2.0: 1, 4.0: 2}  # by what the temperature is divided by: see `schedule`

Blocks = Iterator[tuple[slice, Float[Tensor, "*batch b m"]]]


class KeptKernel:
    """exp((f + g - cost) / eps) of one problem, at ever lower temperatures."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.entries = torch.empty_like(problem.cost)
        self.built: Tensor | None = None
        self.power = 1

    def anneal(
        self, start: Float[Tensor, "*batch sides"], steps: Annealing
    ) -> Float[Tensor, "*batch sides"]:
        """Return the potentials after moving f and g at each of `steps`.

        Args:
            start: potentials to begin from.
            steps: temperatures, and how far to move.
        """
        potentials, moves = start, steps.relaxation * steps.temperature
        squarings = _squarings_between(steps.temperature)
        for eps, move, count in zip(steps.temperature, moves, squarings, strict=True):
            sums = self._log_sums(potentials, eps, squarings=count)
            potentials = potentials - move[..., None] * sums
        return potentials

    def log_sums(
        self, potentials: Float[Tensor, "*batch sides"], eps: Float[Tensor, "*batch"]
    ) -> Float[Tensor, "*batch sides"]:
        """Return what `sinkhorn.log_sums` does, at the last temperature."""
        return self._log_sums(potentials, eps, squarings=0)

    def sums_and_plan(
        self, potentials: Float[Tensor, "*batch sides"], eps: Float[Tensor, "*batch"]
    ) -> tuple[Float[Tensor, "*batch sides"], Float[Tensor, "*batch n m"]]:
        """Return what `log_sums` does, and the plan, scaled so that its row sums are right.

        The plan takes the kernel's place: nothing can be asked of the kernel afterwards.
        """
        problem = self.problem
        moved, blocks = self._at(potentials, eps, squarings=0, within=RANGE_OF_PLAN)
        (u, v), (a, _) = problem.split(problem.masses * moved.exp()), problem.split(problem.masses)
        sums = torch.zeros_like(potentials)
        rows, columns = problem.split(sums)
        for block, entries in blocks:
            drop_smallest(entries)
            rows[..., block] = with_mass(times(entries, v), a[..., block], problem)
            add_product(entries.mT, u[..., block], to=columns)
            shares = a[..., block] / rows[..., block]
            entries.mul_(shares[..., None]).mul_(v[..., None, :])
        sums = with_mass(sums, problem.masses, problem)
        if safe(sums):
            return sums.log() + moved, self.entries
        return _sums_and_plan_in_logarithms(problem, potentials, eps)

    def _log_sums(self, potentials: Tensor, eps: Tensor, *, squarings: int | None) -> Tensor:
        moved, blocks = self._at(potentials, eps, squarings=squarings, within=RANGE)
        weights = self.problem.masses * moved.exp()
        sums = sums_by_block(self.problem, blocks, weights)
        if safe(sums):
            return sums.log() + moved
        return log_sums_in_logarithms(self.problem, potentials, eps)

    def _at(
        self, potentials: Tensor, eps: Tensor, *, squarings: int | None, within: float
    ) -> tuple[Float[Tensor, "*batch sides"], Blocks]:
        """Return log u and log v, and the kernel that they belong to, block by block.

        Args:
            potentials: f and g.
            eps: the temperature.
            squarings: how often the kernel is squared from the last temperature to this one; None
                to build it anew.
            within: the largest absolute value of log u and log v, beyond which it is built anew.
        """
        moved = None if self.built is None else (potentials - self.built) / eps[..., None]
        if moved is not None and squarings is not None:
            power = self.power * 2**squarings
            if power <= LARGEST_POWER and float(moved.abs().amax()) < within:
                self.power = power
                return moved, self._raised(squarings)
        self.built, self.power = potentials, 1
        blocks = Kernel(self.problem, potentials, eps).blocks(out=self.entries)
        return torch.zeros_like(potentials), blocks

    def _raised(self, squarings: int) -> Blocks:
        """Yield the rows block by block, raised to the power, no entry below 2^FLOOR."""
        for block in block_slices(self.entries):
            entries = self.entries[..., block, :]
            if squarings:
                entries.clamp_(min=2.0 ** (FLOOR / 2**squarings))
            for _ in range(squarings):
                entries.square_()
            yield block, entries


def _squarings_between(temperature: Float[Tensor, "steps *batch"]) -> list[int | None]:
    """Return how often to square the kernel before each step; None to build it anew."""
    by_step = temperature.reshape(len(temperature), -1)
    ratio = by_step[:-1] / by_step[1:]
    extremes = zip(ratio.amin(dim=1).tolist(), ratio.amax(dim=1).tolist(), strict=True)
    return [None, *(SQUARINGS.get(low) if low == high else None for low, high in extremes)]


def _sums_and_plan_in_logarithms(
    problem: Problem, potentials: Tensor, eps: Tensor
) -> tuple[Float[Tensor, "*batch sides"], Float[Tensor, "*batch n m"]]:
    a, b = problem.split(problem.masses)
    sums = log_sums_in_logarithms(problem, potentials, eps)
    _, g = problem.split(potentials)
    exponent = (g[..., None, :] - problem.cost) / eps[..., None, None]
    shares = torch.softmax(exponent + b.log()[..., None, :], dim=-1)
    return sums, torch.where(a[..., None] > 0, shares * a[..., None], 0)
