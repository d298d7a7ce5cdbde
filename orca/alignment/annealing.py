"""Sinkhorn's iteration: annealing from coarse to fine, then on until the marginals are right.

To converge, a kernel is built once for `SWEEPS` over-relaxed scalings of its rows and columns,
which are matrix-vector products, and built anew from the moved potentials (Schmitzer 2019,
arXiv:1610.06519; over-relaxation as in Thibault et al. 2021, arXiv:1711.01851).
"""

import logging
import math

import torch
from jaxtyping import Float
from torch import Tensor

from orca.alignment.sinkhorn import (
    Kernel,
    TransportProblem,
    add_product,
    drop_smallest,
    kernel_rows,
)

LOGGER = logging.getLogger(__name__)

# Measured and not worth it: relaxation of 1.9 (80 sweeps instead of 30), warm starts from the epoch
# before (two or three kernels suffice), and temperatures divided by 16 instead of 4 (saves 9 % where
# it works, costs 28 % on 1024 aligned points).
OVER_RELAXATION = 1.7
SWEEPS = 10  # scalings of one kernel
ROUNDS = 300  # kernels built before giving up
PATIENCE = 20  # kernels built before annealing more carefully
COARSE = 1e-2  # marginal error at temperatures passed through, then
LARGEST_SCALING = 2.0**60

Steps = list[tuple[float, float]]  # temperature and relaxation of each step


def official_steps(start: float, *, end: float, p: int) -> Steps:
    """Return the steps of the official schedule, all but the last.

    A step of relaxation 1 replaces the potentials, one of 1/2 takes the mean of old and new.
    The first replaces the zero potentials, the others take means; the closing step, which
    replaces them once more at `end`, belongs to the computation of value and plan.

    Args:
        start: the first temperature: an upper bound on the distance of two points, to the `p`.
        end: the last temperature.
        p: exponent of the distance in the cost; a step divides the temperature by 2^p.

    Source: geomloss 0.3.1, `epsilon_schedule` with scaling 0.5, and `sinkhorn_loop`.
    """
    start = max(start, end)
    count = math.ceil(math.log(start / end) / math.log(2**p) - 1e-9)
    means = [start, *(start / 2.0 ** (p * step) for step in range(count)), end]
    return [(start, 1.0)] + [(temperature, 0.5) for temperature in means]


def side_by_side(problems: list[Steps], *, like: Tensor) -> Float[Tensor, "steps 2 *batch"]:
    """Return the steps of a batch of problems, ending together.

    Problems that need fewer steps begin with steps of relaxation 0, which change nothing.

    The result has the type, the device and the batch axes of `like`, the problems' masses.
    """
    longest = max(len(steps) for steps in problems)
    padded = [[(steps[0][0], 0.0)] * (longest - len(steps)) + steps for steps in problems]
    table = torch.tensor(padded, dtype=like.dtype, device=like.device).permute(1, 2, 0)
    return table.reshape(longest, 2, *like.shape[:-1])


def anneal(
    kernel: Kernel, start: Float[Tensor, "*batch sides"], steps: Float[Tensor, "steps 2 *batch"]
) -> Float[Tensor, "*batch sides"]:
    """Return the potentials after moving f and g, from `start`, at each of `steps`."""
    potentials = start
    for eps, relaxation in steps:
        move = (relaxation * eps)[..., None]
        potentials = potentials - move * kernel.log_sums(potentials, eps)
    return potentials


def anneal_to_convergence(
    kernel: Kernel,
    start: Float[Tensor, "*batch sides"],
    steps: Float[Tensor, "steps 2 *batch"],
    *,
    tolerance: float,
) -> Float[Tensor, "*batch sides"]:
    """Return converged potentials at the last temperature of `steps`.

    One pass of annealing is nearly always enough. Where mass has to cross gaps much wider than eps,
    it is not: then each temperature is iterated to a coarse convergence.

    `tolerance` is the largest allowed error of the marginals; see `converge` and `reachable`.
    """
    problem, temperatures = kernel.problem, steps[:, 0]
    last = temperatures[-1]
    tolerance = reachable(tolerance, problem, last)
    potentials = anneal(kernel, start, steps)
    potentials, error = converge(problem, potentials, last, tolerance=tolerance, rounds=PATIENCE)
    if error > tolerance:
        potentials = start
        for eps in temperatures:
            coarse = reachable(COARSE, problem, eps)
            potentials, _ = converge(problem, potentials, eps, tolerance=coarse, rounds=PATIENCE)
        potentials, error = converge(problem, potentials, last, tolerance=tolerance, rounds=ROUNDS)
    if error > tolerance:
        LOGGER.warning("Sinkhorn stopped at a marginal error of %.1e, not %.1e", error, tolerance)
    return potentials


def reachable(tolerance: float, problem: TransportProblem, eps: Tensor) -> float:
    """Return `tolerance`, or the marginal error that rounding leaves where that is larger.

    A cost is held to one part in 2^24 (float32); divided by eps, that is the relative error of
    an entry of the plan.
    """
    largest = torch.where(torch.isinf(problem.cost), 0, problem.cost).abs().amax()
    rounding = torch.finfo(problem.cost.dtype).eps * float(largest) / float(eps.amin())
    return max(tolerance, 4 * rounding)


def converge(
    problem: TransportProblem,
    start: Float[Tensor, "*batch sides"],
    eps: Float[Tensor, "*batch"],
    *,
    tolerance: float,
    rounds: int,
) -> tuple[Float[Tensor, "*batch sides"], float]:
    """Return potentials whose plan has the right row sums, and the error of its column sums.

    It stops after building the kernel `rounds` times, or where the sum over columns of |plan's
    column sum - column mass| is no larger than `tolerance`, in every problem of a batch.
    """
    potentials, error, relaxation = start, torch.inf, OVER_RELAXATION
    for _ in range(rounds):
        last = error
        scaled = _scale(problem, potentials, eps, relaxation)
        potentials, error = scaled or _step_half_way(problem, potentials, eps)
        if error <= tolerance:
            break
        relaxation = OVER_RELAXATION if error < last else 1.0
    return potentials, error


def converge_to_itself(
    problem: TransportProblem,
    start: Float[Tensor, "*batch sides"],
    eps: Float[Tensor, "*batch"],
    *,
    tolerance: float,
) -> Float[Tensor, "*batch sides"]:
    """Return the potentials of a symmetric problem, where f = g.

    Moving both half-way converges here whatever eps is, since the plan's eigenvalues near 1,
    which slow the other iteration down, are damped most (Feydy et al. 2019, arXiv:1810.08278).
    """
    tolerance = reachable(tolerance, problem, eps)
    potentials = start
    for _ in range(ROUNDS):
        potentials, error = _step_half_way(problem, potentials, eps)
        if error <= tolerance:
            return potentials
    LOGGER.warning("A self-term stopped at a marginal error of %.1e, not %.1e", error, tolerance)
    return potentials


def _step_half_way(
    problem: TransportProblem, potentials: Tensor, eps: Tensor
) -> tuple[Tensor, float]:
    """Return potentials moved half-way by a new kernel, and the column error that they had before."""
    sums = Kernel(problem).log_sums(potentials, eps)
    (_, b), (_, columns) = problem.split(problem.masses), problem.split(sums)
    return potentials - 0.5 * eps[..., None] * sums, _largest_sum(b * columns.expm1().abs())


def _largest_sum(errors: Float[Tensor, "*batch m"]) -> float:
    return float(errors.sum(dim=-1).amax())


def _scale(
    problem: TransportProblem, potentials: Tensor, eps: Tensor, relaxation: float
) -> tuple[Tensor, float] | None:
    """Return potentials after `SWEEPS` scalings of one kernel, and the column error there.

    None where a scaling leaves the range in which it can be trusted.
    """
    a, b = problem.split(problem.masses)
    entries = drop_smallest(kernel_rows(problem, potentials, eps, rows=slice(None)))
    scalings = torch.ones_like(problem.masses)
    u, v = problem.split(scalings)
    for sweep in range(SWEEPS):
        power = relaxation if sweep < SWEEPS - 1 else 1.0
        columns = v * _times(entries.mT, a * u)
        v *= problem.with_mass(columns, b).pow(-power)
        rows = u * _times(entries, b * v)
        u *= problem.with_mass(rows, a).pow(-power)
    sums = v * _times(entries.mT, a * u)
    least, most = torch.aminmax(scalings)
    if not max(float(most), float(1 / least)) < LARGEST_SCALING:
        return None
    return potentials + eps[..., None] * scalings.log(), _largest_sum(b * (sums - 1).abs())


def _times(
    matrix: Float[Tensor, "*batch n m"], vector: Float[Tensor, "*batch m"]
) -> Float[Tensor, "*batch n"]:
    product = vector.new_zeros(matrix.shape[:-1])
    add_product(matrix, vector, to=product)
    return product
