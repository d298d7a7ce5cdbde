"""What the cell where a row and a column meet is made from: runs, and a published number's key."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from orca.data.entry import TaskEntry
from orca.data.task import TASKS, Task
from orca.data.user_task import task_of
from orca.evaluation.score import Run
from orca.experiment import Experiment, further_folds
from orca.methods.method import METHODS
from orca.models.body import BODIES
from orca.peers.peer import NO_BODY, PEERS
from orca.reporting.axis import Axis
from orca.reporting.quantities import NOTHING, Quantity, metric_value
from orca.reporting.table_records import Unlike
from orca.reporting.verdicts import unlike_published

OWN = "config, tasks"  # where a person's own tasks stand, for messages


@dataclass(frozen=True, kw_only=True)
class CellPlan:
    """The runs and the published number that one cell compares.

    Args:
        axis: what row and column fix together.
        body: of the runs; empty if there can be none although the cell may be about a method.
        absent: why there can be no runs, or why hardly anybody can make them.
        quantity: what is reported of each run.
        key: columns of the published numbers, and what they must be.
        unlike: what scores on the task have other than the published ones.
    """

    axis: Axis
    body: str
    runs: tuple[Run, ...]
    absent: str
    quantity: Quantity
    key: Mapping[str, str]
    unlike: Unlike


def plan_cell(axis: Axis, paper: str, table: str, experiment: Experiment) -> CellPlan:
    """Return what the cell of an axis, where row and column meet, is made from.

    Paper and table pick the published numbers that stand beside ours; no paper, no numbers.
    """
    key = {"paper": paper, "table": table, "task": axis.task, "method": axis.method}
    if axis.quantity is not None:
        key["metric"] = axis.quantity.name
    name, method = axis.task, axis.method
    if experiment.protocol == "published":
        name, method = TASKS.as_published(name), METHODS.as_published(method)
    task = TASKS.get(name)
    if name in experiment.tasks:
        task = task_of(name, experiment.tasks[name], where=OWN)
    if method in PEERS and not (axis.peers and task and PEERS[method].suits(task)):
        axis, method = replace(axis, method=""), ""
    metric = metric_value(task.metric) if task and not axis.fact else NOTHING
    if name != axis.task and task and task.metric != TASKS[axis.task].metric:
        axis = replace(axis, quantity=axis.quantity or metric)  # goes before the printed one
    body, absent = _body(axis, task, experiment) if method else ("", "")
    if task and not task.public and not absent:
        absent = f"the data of {task.title} were never published"
    splits = (name, *(axis.splits if name == axis.task else ()))
    beside = axis.body or (experiment.bodies.get(task.kind, "") if task else "")
    # A peer has the seeds of the body beside it; of several splits, each is run once.
    seeds = experiment.seeds_of(name, beside) if len(splits) == 1 else (0,)
    runs = (Run(task=t, body=body, method=method, seed=s) for t in splits for s in seeds)
    return CellPlan(
        axis=axis,
        body=body,
        runs=tuple(runs) if body else (),
        absent=absent,
        quantity=axis.quantity or metric,
        key={**key, **axis.published},
        unlike=unlike_published(name, method) if method and paper else "",
    )


def _body(axis: Axis, task: Task | None, experiment: Experiment) -> tuple[str, str]:
    """Return the body of the runs, or why there can be none."""
    if task is None:
        return "", f"task '{axis.task}' is not declared"
    if axis.method in PEERS and not PEERS[axis.method].on_body:
        return NO_BODY, ""
    if axis.method not in METHODS and axis.method not in PEERS:
        return "", f"method '{axis.method}' is not declared"
    body = axis.body or experiment.bodies.get(task.kind, "")
    return body, "" if body else f"no body is chosen for tasks of kind '{task.kind}'"


def own_rows(name: str, entry: dict[str, Any]) -> tuple[Axis, ...]:
    """Return the rows of a person's own task: its entry's bodies, or the one that needs no hub.

    Folds beyond the first have none of their own: they are splits of the first.

    Raises:
        SettingsError: if the entry is at fault.
        DataError: if a file of arrays is missing.
    """
    task = task_of(name, entry, where=OWN)
    assert isinstance(task.option, TaskEntry)
    if task.option.fold:
        return ()
    bodies = task.option.bodies or without_hub(task.kind)[:1]
    alone = len(bodies) == 1
    return tuple(
        Axis(
            name=name if alone else f"{name}/{body}",
            task=name,
            splits=further_folds(name, entry),
            body=body,
            peers=task.option.peers,
            title=task.title if alone else f"{task.title}, {BODIES[body].title}",
        )
        for body in bodies
    )


def without_hub(kind: str) -> tuple[str, ...]:
    """Return the bodies of a kind whose weights come in a package, or are made here."""
    return tuple(
        name
        for name, body in BODIES.items()
        if body.kind == kind and (body.weights.package or body.weights.made_by)
    )
