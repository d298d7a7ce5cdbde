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

from orca.alignment.schedule import Annealing
from orca.alignment.sinkhorn import (
    FLOOR,
    Kernel,
    Potentials,
    Problem,
    block_slices,
    log_sums_in_logarithms,
    safe,
    sums_by_block,
)

RANGE = 14.0  # largest natural logarithm of u and v: their products with the floor stay tiny
LARGEST_POWER = 64  # the relative rounding of an entry grows by the power, to 4e-4 in float32
SQUARINGS = 2  # the most between two temperatures: both schedules divide by 2 or 4


class KeptKernel:
    """exp((f + g - cost) / eps) of one problem, at ever lower temperatures."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.entries = torch.empty_like(problem.cost)
        self.built: Potentials | None = None
        self.eps, self.power = problem.row_mass, 1  # of the last call

    def log_sums(
        self, potentials: Potentials, eps: Float[Tensor, "*batch"], *, in_turn: bool
    ) -> tuple[Float[Tensor, "*batch n"], Float[Tensor, "*batch m"]]:
        """Return what `sinkhorn.log_sums` does; arguments as there."""
        log_u, log_v = self._since_built(potentials, eps)
        squarings = self._squarings(eps)
        if squarings is None or not max(float(log.abs().amax()) for log in (log_u, log_v)) < RANGE:
            log_u, log_v = torch.zeros_like(log_u), torch.zeros_like(log_v)
            self.built, self.power = potentials, 1
            blocks = Kernel(self.problem.cost, potentials, eps).blocks(out=self.entries)
        else:
            self.power *= 2**squarings
            blocks = self._raised(squarings)
        self.eps = eps
        rows, columns = sums_by_block(
            self.problem, blocks, scalings=(log_u.exp(), log_v.exp()), in_turn=in_turn
        )
        if safe(rows) and safe(columns):
            return rows.log() + log_u, columns.log() + log_v
        return log_sums_in_logarithms(self.problem, potentials, eps, in_turn=in_turn)

    def _since_built(self, now: Potentials, eps: Tensor) -> tuple[Tensor, Tensor]:
        """Return log u and log v."""
        built = self.built or now
        return (now.f - built.f) / eps[..., None], (now.g - built.g) / eps[..., None]

    def _squarings(self, eps: Float[Tensor, "*batch"]) -> int | None:
        """Return how often to square the kernel for a new temperature; None to build it anew."""
        if self.built is None:
            return None
        for count in range(SQUARINGS + 1):
            if torch.equal(eps * 2**count, self.eps):
                return count if self.power * 2**count <= LARGEST_POWER else None
        return None

    def _raised(self, squarings: int) -> Iterator[tuple[slice, Float[Tensor, "*batch b m"]]]:
        """Yield the rows block by block, raised to the power, no entry below 2^FLOOR."""
        for block in block_slices(self.entries):
            entries = self.entries[..., block, :]
            if squarings:
                entries.clamp_(min=2.0 ** (FLOOR / 2**squarings))
            for _ in range(squarings):
                entries.square_()
            yield block, entries


def anneal(
    problem: Problem, start: Potentials, steps: Annealing, *, in_turn: bool = False
) -> Potentials:
    """Return the potentials after moving f and g at each of `steps`.

    Args:
        problem: cost and masses.
        start: potentials to begin from.
        steps: temperatures, and how far to move.
        in_turn: move f, then g; else both at once.
    """
    kernel, f, g = KeptKernel(problem), start.f, start.g
    for eps, relaxation in zip(steps.temperature, steps.relaxation, strict=True):
        rows, columns = kernel.log_sums(Potentials(f, g), eps, in_turn=in_turn)
        move = (relaxation * eps)[..., None]
        f, g = f - move * rows, g - move * columns
    return Potentials(f, g)
