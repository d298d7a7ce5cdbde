"""Plans and costs of transport problems, exact (POT's) and Sinkhorn's, alone or between classes.

Between the classes of two sets there are many small problems of uneven size. Those of similar size
are solved together, the smaller ones padded with points without mass: on a CPU, few, with little
padding; on a GPU, which small batches would leave idle, all at once.
"""

import math
from collections.abc import Sequence
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
from orca.alignment.points import PointsByClass, box_distance, pairs
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


@dataclass(frozen=True)
class BatchLimits:
    """Which problems are solved together.

    Args:
        entries: most cost entries of a batch, padding included; a single problem may have more.
        padding: most entries with padding, as a multiple of those without.
    """

    entries: int
    padding: float


ON_CPU = BatchLimits(2**21, 1.5)
ON_GPU = BatchLimits(2**28, math.inf)  # 1 GiB of float32
ONE_BY_ONE = BatchLimits(0, 1.0)


def transport_between_classes(
    cost: Float[Tensor, "n m"],
    rows: PointsByClass,
    columns: PointsByClass,
    settings: OtddSettings,
    *,
    with_plan: bool = False,
) -> Transport:
    """Solve the transport from each class of the rows to each class of the columns.

    Where rows and columns are the same, each pair is solved once, its value stands at both
    places, its plan above the diagonal blocks alone, and the diagonal is 0.

    Args:
        cost: feature cost, distance^p / p.
        rows: the samples of the rows.
        columns: those of the columns.
        settings: how to solve it; see `transport`.
        with_plan: return the plans too, each at its place among all samples.
    """
    low, high = rows.boxes
    extent = box_distance((low[:, None], high[:, None]), columns.boxes)
    starts = (extent**settings.p / settings.p).tolist()
    places = list(pairs(rows, columns))
    solved = _solve(
        cost,
        [(rows.slices[k], columns.slices[other]) for k, other in places],
        [starts[k][other] for k, other in places],
        settings,
        to_itself=False,
        with_plan=with_plan,
    )
    values = cost.new_zeros(len(rows.sizes), len(columns.sizes))
    if places:
        first, second = torch.tensor(places, device=cost.device).T
        values[first, second] = solved.value
        if rows is columns:
            values[second, first] = solved.value
    return Transport(values, solved.plan)


def transport_within_classes(
    cost: Float[Tensor, "n n"],
    classes: PointsByClass,
    settings: OtddSettings,
    *,
    with_plan: bool = False,
) -> Transport:
    """Solve the transport of each class to itself; as `transport_between_classes`."""
    extent = box_distance(classes.boxes, classes.boxes)
    return _solve(
        cost,
        [(rows, rows) for rows in classes.slices],
        (extent**settings.p / settings.p).tolist(),
        settings,
        to_itself=True,
        with_plan=with_plan,
    )


def _solve(  # noqa: PLR0913 - what is solved, how, and what is wanted
    cost: Float[Tensor, "n m"],
    blocks: list[tuple[slice, slice]],
    starts: list[float],
    settings: OtddSettings,
    *,
    to_itself: bool,
    with_plan: bool,
) -> Transport:
    """Solve the problem in each block of a cost matrix."""
    solve = transport_to_itself if to_itself else transport
    values, plan = cost.new_zeros(len(blocks)), torch.zeros_like(cost) if with_plan else None
    shapes = [(rows.stop - rows.start, columns.stop - columns.start) for rows, columns in blocks]
    batching = ON_CPU if cost.device.type == "cpu" else ON_GPU
    if settings.solver == "emd":
        batching = ONE_BY_ONE
    for batch in problem_batches(shapes, batching):
        problem = _stacked([cost[blocks[number]] for number in batch])
        solved = solve(problem, settings, start=[starts[k] for k in batch], with_plan=with_plan)
        values[batch] = solved.value
        if plan is not None and solved.plan is not None:
            plans = solved.plan if len(batch) > 1 else solved.plan[None]
            for number, padded in zip(batch, plans, strict=True):
                n, m = shapes[number]
                plan[blocks[number]] = padded[:n, :m]
    return Transport(values, plan)


def problem_batches(shapes: Sequence[tuple[int, int]], batching: BatchLimits) -> list[list[int]]:
    """Return the problems that are solved together: neighbours in size, up to the bounds."""
    batches: list[list[int]] = []
    rows = columns = own = 0
    for number in sorted(range(len(shapes)), key=lambda number: shapes[number]):
        n, m = shapes[number]
        rows, columns, own = max(rows, n), max(columns, m), own + n * m
        padded = (len(batches[-1]) + 1) * rows * columns if batches else math.inf
        if padded <= min(batching.entries, batching.padding * own):
            batches[-1].append(number)
        else:
            batches.append([number])
            rows, columns, own = n, m, n * m
    return batches


def _stacked(costs: list[Float[Tensor, "_ _"]]) -> TransportProblem:
    """Return the problems with equal masses, as one batch if there are several."""
    if len(costs) == 1:
        return uniform(costs[0])
    first, count = costs[0], len(costs)
    shapes = [cost.shape for cost in costs]
    n, m = (max(sizes) for sizes in zip(*shapes, strict=True))
    stacked = first.new_full((count, n, m), torch.inf)
    masses = first.new_zeros(count, n + m)
    for number, (cost, (rows, columns)) in enumerate(zip(costs, shapes, strict=True)):
        stacked[number, :rows, :columns] = cost
        masses[number, :rows] = 1 / rows
        masses[number, n : n + columns] = 1 / columns
    return TransportProblem(stacked, masses, padded=len(set(shapes)) > 1)
