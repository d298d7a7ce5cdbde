"""Transport between the classes of two sets: many small problems of uneven size."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from orca.alignment.classes import Classes, pairs
from orca.alignment.cost import box_distance
from orca.alignment.transport import Solver, transport, transport_to_itself, uniform


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
    """
    low, high = rows.boxes
    extent = box_distance(
        (low[:, None], high[:, None]), (columns.boxes[0][None], columns.boxes[1][None])
    )
    starts = (extent**solver.p / solver.p).tolist()
    values = cost.new_zeros(len(rows.sizes), len(columns.sizes))
    plan = torch.zeros_like(cost) if with_plan else None
    for k, other in pairs(rows, columns):
        block = rows.slices[k], columns.slices[other]
        problem = uniform(cost[block])
        solved = transport(problem, solver, start=[starts[k][other]], with_plan=with_plan)
        values[k, other] = solved.value
        if rows is columns:
            values[other, k] = solved.value
        if plan is not None and solved.plan is not None:
            plan[block] = solved.plan
    return ClassTransport(values, plan)


def transport_within_classes(
    cost: Float[Tensor, "n n"], classes: Classes, solver: Solver, *, with_plan: bool = False
) -> ClassTransport:
    """Solve the transport of each class to itself.

    Args:
        cost: feature cost, distance^p / p.
        classes: the samples.
        solver: for this cost.
        with_plan: return the plans too, in the diagonal blocks.
    """
    starts = (box_distance(classes.boxes, classes.boxes) ** solver.p / solver.p).tolist()
    values = cost.new_zeros(len(classes.sizes))
    plan = torch.zeros_like(cost) if with_plan else None
    for k, rows in enumerate(classes.slices):
        problem = uniform(cost[rows, rows])
        solved = transport_to_itself(problem, solver, start=[starts[k]], with_plan=with_plan)
        values[k] = solved.value
        if plan is not None and solved.plan is not None:
            plan[rows, rows] = solved.plan
    return ClassTransport(values, plan)
