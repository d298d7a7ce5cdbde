"""Transport between the classes of two sets: many small problems of uneven size.

On a CPU they are solved one after another, each in the processor's cache. On a GPU, which they
would leave idle, they are padded to one size with points of no mass and solved together.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from orca.alignment.classes import Classes, pairs
from orca.alignment.cost import box_distance
from orca.alignment.sinkhorn import Problem
from orca.alignment.transport import Solver, transport, transport_to_itself, uniform

BATCH = 2**28  # entries of the costs solved together: 1 GiB of float32

Block = tuple[slice, slice]


@dataclass(frozen=True)
class ClassTransport:
    """The transport of each class, or each pair of classes.

    Args:
        values: cost of each.
        plan: each one's plan at its place among all samples; None where it was not asked for.
    """

    values: Float[Tensor, "*classes"]
    plan: Float[Tensor, "n m"] | None


def transport_between_classes(
    cost: Float[Tensor, "n m"],
    rows: Classes,
    columns: Classes,
    solver: Solver,
    *,
    with_plan: bool = False,
    together: bool | None = None,
) -> ClassTransport:
    """Solve the transport from each class of the rows to each class of the columns.

    Where rows and columns are the same, each pair is solved once, its value stands at both
    places, its plan above the diagonal blocks alone, and the diagonal is 0.

    Args:
        cost: feature cost, distance^p / p.
        rows: the samples of the rows.
        columns: those of the columns.
        solver: for this cost.
        with_plan: return the plans too.
        together: solve all pairs as one batch; None on a GPU only.
    """
    low, high = rows.boxes
    extent = box_distance(
        (low[:, None], high[:, None]), (columns.boxes[0][None], columns.boxes[1][None])
    )
    starts = (extent**solver.p / solver.p).tolist()
    places = list(pairs(rows, columns))
    solved = _solve(
        cost,
        [(rows.slices[k], columns.slices[other]) for k, other in places],
        [starts[k][other] for k, other in places],
        solver,
        to_itself=False,
        with_plan=with_plan,
        together=cost.is_cuda if together is None else together,
    )
    values = cost.new_zeros(len(rows.sizes), len(columns.sizes))
    if places:
        first, second = torch.tensor(places, device=cost.device).T
        values[first, second] = solved.values
        if rows is columns:
            values[second, first] = solved.values
    return ClassTransport(values, solved.plan)


def transport_within_classes(
    cost: Float[Tensor, "n n"],
    classes: Classes,
    solver: Solver,
    *,
    with_plan: bool = False,
    together: bool | None = None,
) -> ClassTransport:
    """Solve the transport of each class to itself.

    Args:
        cost: feature cost, distance^p / p.
        classes: the samples.
        solver: for this cost.
        with_plan: return the plans too, in the diagonal blocks.
        together: solve all classes as one batch; None on a GPU only.
    """
    return _solve(
        cost,
        [(rows, rows) for rows in classes.slices],
        (box_distance(classes.boxes, classes.boxes) ** solver.p / solver.p).tolist(),
        solver,
        to_itself=True,
        with_plan=with_plan,
        together=cost.is_cuda if together is None else together,
    )


def _solve(  # noqa: PLR0913 - what is solved, how, and what is wanted
    cost: Float[Tensor, "n m"],
    blocks: list[Block],
    starts: list[float],
    solver: Solver,
    *,
    to_itself: bool,
    with_plan: bool,
    together: bool,
) -> ClassTransport:
    """Solve the problem in each block of a cost matrix; see `transport` for the arguments."""
    solve = transport_to_itself if to_itself else transport
    values, plan = cost.new_zeros(len(blocks)), torch.zeros_like(cost) if with_plan else None
    count = _batch_size(blocks) if together and solver.kind == "sinkhorn" else 1
    for first in range(0, len(blocks), count):
        part = slice(first, first + count)
        problem = uniform(cost[blocks[first]]) if count == 1 else _pad(cost, blocks[part])
        solved = solve(problem, solver, start=starts[part], with_plan=with_plan)
        values[part] = solved.value
        if plan is not None and solved.plan is not None:
            plans = solved.plan if count > 1 else solved.plan[None]
            for block, padded in zip(blocks[part], plans, strict=True):
                target = plan[block]
                target.copy_(padded[: target.shape[0], : target.shape[1]])
    return ClassTransport(values, plan)


def _shape(block: Block) -> tuple[int, int]:
    return block[0].stop - block[0].start, block[1].stop - block[1].start


def _batch_size(blocks: list[Block]) -> int:
    largest = [max(sizes) for sizes in zip(*map(_shape, blocks), strict=True)]
    return max(1, BATCH // (largest[0] * largest[1])) if blocks else 1


def _pad(cost: Float[Tensor, "n m"], blocks: list[Block]) -> Problem:
    """Stack blocks of a cost matrix, each with equal masses, padded by points of no mass."""
    shapes = [_shape(block) for block in blocks]
    n, m = (max(sizes) for sizes in zip(*shapes, strict=True))
    stacked = cost.new_full((len(blocks), n, m), torch.inf)
    masses = cost.new_zeros(len(blocks), n + m)
    for number, (block, (rows, columns)) in enumerate(zip(blocks, shapes, strict=True)):
        stacked[number, :rows, :columns] = cost[block]
        masses[number, :rows] = 1 / rows
        masses[number, n : n + columns] = 1 / columns
    return Problem(stacked, masses, padded=True)
