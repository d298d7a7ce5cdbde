"""Iterating a transport problem at one temperature until its marginals are right.

The kernel is built once for `SWEEPS` over-relaxed scalings of its rows and columns, which are
matrix-vector products, and built anew from the moved potentials (Schmitzer 2019,
arXiv:1610.06519; over-relaxation as in Thibault et al. 2021, arXiv:1711.01851).
"""

import logging

import torch
from jaxtyping import Float
from torch import Tensor

from orca.alignment.annealing import Annealing
from orca.alignment.kept_kernel import KeptKernel
from orca.alignment.sinkhorn import Kernel, Problem, log_sums, times, with_mass

LOGGER = logging.getLogger(__name__)

OVER_RELAXATION = 1.7
SWEEPS = 10  # scalings of one kernel
ROUNDS = 300  # kernels built before giving up
PATIENCE = 20  # kernels built before annealing more carefully
COARSE = 1e-2  # marginal error at temperatures passed through, then
LARGEST_SCALING = 2.0**60


def reachable(tolerance: float, problem: Problem, eps: Tensor) -> float:
    """Return `tolerance`, or the marginal error that rounding leaves where that is larger.

    A cost is held to one part in 2^24 (float32); divided by eps, that is the relative error of
    an entry of the plan.
    """
    largest = torch.where(torch.isinf(problem.cost), 0, problem.cost).abs().amax()
    rounding = torch.finfo(problem.cost.dtype).eps * float(largest) / float(eps.amin())
    return max(tolerance, 4 * rounding)


def converge(
    problem: Problem,
    start: Float[Tensor, "*batch sides"],
    eps: Float[Tensor, "*batch"],
    *,
    tolerance: float,
    rounds: int = ROUNDS,
) -> tuple[Float[Tensor, "*batch sides"], float]:
    """Return potentials whose plan has the right row sums, and the error of its column sums.

    Args:
        problem: cost and masses.
        start: potentials to begin from.
        eps: the temperature.
        tolerance: stop where the sum over columns of |plan's column sum - column mass| is no
            larger, in every problem of a batch.
        rounds: how often the kernel is built at most.
    """
    potentials, error, relaxation = start, torch.inf, OVER_RELAXATION
    for _ in range(rounds):
        last = error
        scaled = _scale(problem, potentials, eps, relaxation)
        potentials, error = scaled or _careful_step(problem, potentials, eps)
        if error <= tolerance:
            break
        relaxation = OVER_RELAXATION if error < last else 1.0
    return potentials, error


def anneal_to_convergence(
    kernel: KeptKernel, start: Float[Tensor, "*batch sides"], steps: Annealing, *, tolerance: float
) -> Float[Tensor, "*batch sides"]:
    """Return converged potentials at the last temperature of `steps`.

    One pass of annealing leads near enough nearly always. Where mass has to cross gaps
    much wider than eps it does not: then each temperature is iterated to a coarse convergence.

    Args:
        kernel: of the problem.
        start: potentials to begin from.
        steps: temperatures to anneal by.
        tolerance: the largest allowed error of the marginals; see `converge` and `reachable`.
    """
    problem, last = kernel.problem, steps.temperature[-1]
    tolerance = reachable(tolerance, problem, last)
    potentials = kernel.anneal(start, steps)
    potentials, error = converge(problem, potentials, last, tolerance=tolerance, rounds=PATIENCE)
    if error > tolerance:
        potentials = start
        for eps in steps.temperature:
            coarse = reachable(COARSE, problem, eps)
            potentials, _ = converge(problem, potentials, eps, tolerance=coarse, rounds=PATIENCE)
        potentials, error = converge(problem, potentials, last, tolerance=tolerance)
    if error > tolerance:
        LOGGER.warning("Sinkhorn stopped at a marginal error of %.1e, not %.1e", error, tolerance)
    return potentials


def _careful_step(problem: Problem, potentials: Tensor, eps: Tensor) -> tuple[Tensor, float]:
    """Return potentials moved half-way, and the column error that they started from."""
    sums = log_sums(problem, potentials, eps)
    return potentials - 0.5 * eps[..., None] * sums, _column_error(problem, sums)


def _error(mass: Tensor, excess: Tensor) -> float:
    """Return the largest over a batch of Σ_i mass_i |excess_i|."""
    return float((mass * excess.abs()).sum(dim=-1).amax())


def _column_error(problem: Problem, logarithms: Float[Tensor, "*batch sides"]) -> float:
    """Return the error of the column sums, from the logarithms of the sums."""
    return _error(problem.split(problem.masses)[1], problem.split(logarithms)[1].expm1())


def _scale(
    problem: Problem, potentials: Tensor, eps: Tensor, relaxation: float
) -> tuple[Tensor, float] | None:
    """Return potentials after `SWEEPS` scalings of one kernel, and the column error there.

    None where a scaling leaves the range in which it can be trusted.
    """
    a, b = problem.split(problem.masses)
    entries = Kernel(problem, potentials, eps).without_smallest()
    scalings = torch.ones_like(problem.masses)
    u, v = problem.split(scalings)
    for sweep in range(SWEEPS):
        power = relaxation if sweep < SWEEPS - 1 else 1.0
        columns = times(entries.mT, a * u)
        v *= with_mass(v * columns, b, problem).pow(-power)
        rows = times(entries, b * v)
        u *= with_mass(u * rows, a, problem).pow(-power)
    sums = v * times(entries.mT, a * u)
    least, most = torch.aminmax(scalings)
    if not max(float(most), float(1 / least)) < LARGEST_SCALING:
        return None
    return potentials + eps[..., None] * scalings.log(), _error(b, sums - 1)


def converge_to_itself(
    problem: Problem,
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
        sums = log_sums(problem, potentials, eps)
        potentials = potentials - 0.5 * eps[..., None] * sums
        error = _column_error(problem, sums)
        if error <= tolerance:
            return potentials
    LOGGER.warning("A self-term stopped at a marginal error of %.1e, not %.1e", error, tolerance)
    return potentials
