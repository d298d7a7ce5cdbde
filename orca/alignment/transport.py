"""Plans and costs of transport problems, exact (POT's) and Sinkhorn's."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from orca.alignment.annealing import (
    anneal,
    anneal_to_convergence,
    converge_to_itself,
    official_steps,
    side_by_side,
)
from orca.alignment.distances.otdd import OtddSettings
from orca.alignment.sinkhorn import Kernel, TransportProblem, dual_value
from orca.errors import FeatureError


@dataclass(frozen=True)
class Transport:
    """What moving the row mass onto the column mass costs, in one problem or several.

    Args:
        value: the cost; for entropic transport with the regulariser eps KL(plan, a ⊗ b).
        plan: mass moved from row to column, or None where it was not asked for.
    """

    value: Float[Tensor, "..."]
    plan: Float[Tensor, "... n m"] | None


def uniform(cost: Float[Tensor, "n m"]) -> TransportProblem:
    """Return the problem with equal masses on all rows, and on all columns."""
    n, m = cost.shape
    return TransportProblem(
        cost, torch.cat([cost.new_full((n,), 1 / n), cost.new_full((m,), 1 / m)])
    )


def transport(
    problem: TransportProblem,
    settings: OtddSettings,
    *,
    start: list[float],
    initial: Float[Tensor, "*batch m"] | None = None,
    with_plan: bool = False,
) -> Transport:
    """Solve a transport problem, or a batch of them.

    Args:
        problem: cost and masses.
        settings: how to solve it; `reg` in units of the cost.
        start: the first temperature of each problem: the largest cost times p, or more.
        initial: column potentials to begin with, instead of 0.
        with_plan: return the plan too.
    """
    if settings.solver == "emd":
        return _emd(problem)
    kernel, steps = Kernel(problem), _steps(problem, settings, start)
    begin = torch.zeros_like(problem.masses)
    if initial is not None:
        problem.split(begin)[1].copy_(initial)
    if settings.schedule == "official":
        potentials = anneal(kernel, begin, steps)
    else:
        potentials = anneal_to_convergence(kernel, begin, steps, tolerance=settings.tolerance)
    return _close(kernel, potentials, steps[-1, 0], with_plan=with_plan)


def transport_to_itself(
    problem: TransportProblem,
    settings: OtddSettings,
    *,
    start: list[float],
    with_plan: bool = False,
) -> Transport:
    """Solve a symmetric problem: equal masses on rows and columns, and a symmetric cost.

    Arguments as of `transport`. Unregularised, nothing moves, at no cost.
    """
    if settings.solver == "emd":
        mass, _ = problem.split(problem.masses)
        identity = torch.diag_embed(mass) if with_plan else None
        return Transport(mass.new_zeros(mass.shape[:-1]), identity)
    kernel, steps = Kernel(problem), _steps(problem, settings, start)
    potentials, eps = anneal(kernel, torch.zeros_like(problem.masses), steps), steps[-1, 0]
    if settings.schedule == "converged":
        potentials = converge_to_itself(problem, potentials, eps, tolerance=settings.tolerance)
    return _close(kernel, potentials, eps, with_plan=with_plan)


def _steps(
    problem: TransportProblem, settings: OtddSettings, start: list[float]
) -> Float[Tensor, "steps 2 *batch"]:
    steps = [official_steps(first, end=settings.reg, p=settings.p) for first in start]
    return side_by_side(steps, like=problem.masses)


def _close(kernel: Kernel, potentials: Tensor, eps: Tensor, *, with_plan: bool) -> Transport:
    """Replace both potentials once more, which gives the value, and their plan."""
    sums = kernel.log_sums(potentials, eps, into_plan=with_plan)
    value = dual_value(kernel.problem, potentials - eps[..., None] * sums)
    return Transport(value, kernel.entries if with_plan else None)


def _emd(problem: TransportProblem) -> Transport:
    """Solve an unregularised problem by POT's network simplex, in float64 on the CPU.

    Raises:
        FeatureError: if POT does not find the optimum.
    """
    import ot

    a, b, cost = (
        tensor.detach().double().cpu().numpy()
        for tensor in (*problem.split(problem.masses), problem.cost)
    )
    moved, log = ot.emd(a / a.sum(), b / b.sum(), cost, numItermax=10_000_000, log=True)
    if log["warning"] is not None:
        raise FeatureError(
            where="unregularised transport",
            what=str(log["warning"]),
            mend="use fewer samples, or solver='sinkhorn'",
        )
    plan = torch.from_numpy(moved).to(problem.cost)
    return Transport((plan * problem.cost).sum(), plan)
