"""Plans and costs of transport problems, exact and Sinkhorn's."""

from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from orca.alignment.annealing import Annealing, annealing, official_steps
from orca.alignment.convergence import anneal_to_convergence, converge_to_itself
from orca.alignment.high_temperature import anneal_far_above
from orca.alignment.kept_kernel import KeptKernel
from orca.alignment.otdd_settings import OtddSettings
from orca.alignment.sinkhorn import Problem, dual_value
from orca.errors import FeatureError


@dataclass(frozen=True, kw_only=True)
class Solver:
    """How a transport problem is solved.

    Args:
        kind: "sinkhorn" for entropic transport, "emd" for unregularised transport.
        eps: entropic regularisation, in units of the cost.
        p: exponent of the distance in the cost, which sets the pace of annealing.
        schedule: "converged", or "official" for one pass of annealing.
        tolerance: L1 error of the marginals to stop at; converged only.
    """

    kind: Literal["sinkhorn", "emd"]
    eps: float
    p: int
    schedule: Literal["converged", "official"]
    tolerance: float

    @classmethod
    def of(cls, settings: OtddSettings, *, times: int = 1) -> "Solver":
        """Return the solver that `settings` ask for, for costs divided by `times`."""
        return cls(
            kind=settings.solver,
            eps=settings.reg / times,
            p=settings.p,
            schedule=settings.schedule,
            tolerance=settings.tolerance,
        )


@dataclass(frozen=True)
class Transport:
    """What moving the row mass onto the column mass costs.

    Args:
        value: the cost; for entropic transport with the regulariser eps KL(plan, a ⊗ b).
        plan: mass moved from row to column, or None where it was not asked for.
    """

    value: Float[Tensor, "*batch"]
    plan: Float[Tensor, "*batch n m"] | None


def uniform(cost: Float[Tensor, "n m"]) -> Problem:
    """Return the problem with equal masses on all rows, and on all columns."""
    n, m = cost.shape
    return Problem(cost, torch.cat([cost.new_full((n,), 1 / n), cost.new_full((m,), 1 / m)]))


def transport(
    problem: Problem,
    solver: Solver,
    *,
    start: list[float],
    initial: Float[Tensor, "*batch m"] | None = None,
    with_plan: bool = False,
) -> Transport:
    """Solve a transport problem, or a batch of them.

    Args:
        problem: cost and masses.
        solver: how to solve it.
        start: the first temperature of each problem: the largest cost times p, or more.
        initial: column potentials to begin with, instead of 0.
        with_plan: return the plan too.
    """
    if solver.kind == "emd":
        return _emd(problem)
    begin = torch.zeros_like(problem.masses)
    if initial is not None:
        problem.split(begin)[1].copy_(initial)
    begin, steps = _annealing(problem, solver, start, begin)
    kernel = KeptKernel(problem)
    if solver.schedule == "official":
        potentials = kernel.anneal(begin, steps)
    else:
        potentials = anneal_to_convergence(kernel, begin, steps, tolerance=solver.tolerance)
    return _close(kernel, potentials, solver, with_plan=with_plan)


def transport_to_itself(
    problem: Problem, solver: Solver, *, start: list[float], with_plan: bool = False
) -> Transport:
    """Solve a symmetric problem: equal masses on rows and columns, and a symmetric cost.

    Arguments as of `transport`. Unregularised, nothing moves, at no cost.
    """
    if solver.kind == "emd":
        mass, _ = problem.split(problem.masses)
        identity = torch.diag_embed(mass) if with_plan else None
        return Transport(mass.new_zeros(mass.shape[:-1]), identity)
    begin, steps = _annealing(problem, solver, start, torch.zeros_like(problem.masses))
    kernel = KeptKernel(problem)
    potentials = kernel.anneal(begin, steps)
    if solver.schedule == "converged":
        eps = problem.cost.new_full(problem.cost.shape[:-2], solver.eps)
        potentials = converge_to_itself(problem, potentials, eps, tolerance=solver.tolerance)
    return _close(kernel, potentials, solver, with_plan=with_plan)


def _annealing(
    problem: Problem, solver: Solver, start: list[float], begin: Float[Tensor, "*batch sides"]
) -> tuple[Float[Tensor, "*batch sides"], Annealing]:
    """Return the potentials after the steps that need no kernel, from `begin`, and the others."""
    steps = [official_steps(first, end=solver.eps, p=solver.p) for first in start]
    potentials, left = anneal_far_above(problem, begin, steps)
    return potentials, annealing(left, like=problem.masses)


def _close(kernel: KeptKernel, potentials: Tensor, solver: Solver, *, with_plan: bool) -> Transport:
    """Replace both potentials once more, which gives the value, and their plan."""
    cost, moved = kernel.problem.cost, None
    eps = cost.new_full(cost.shape[:-2], solver.eps)
    if with_plan:
        sums, moved = kernel.sums_and_plan(potentials, eps)
    else:
        sums = kernel.log_sums(potentials, eps)
    return Transport(dual_value(kernel.problem, potentials - eps[..., None] * sums), moved)


def _emd(problem: Problem) -> Transport:
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
    plan_ = torch.from_numpy(moved).to(problem.cost)
    return Transport((plan_ * problem.cost).sum(), plan_)
