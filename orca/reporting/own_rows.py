"""The rows of a table about a person's own tasks: one for each task and body."""

from typing import Any

from orca.data.entry import TaskEntry
from orca.data.user_task import task_of
from orca.experiment import further_folds
from orca.models.body import BODIES
from orca.reporting.axis import Axis


def own_rows(name: str, entry: dict[str, Any]) -> tuple[Axis, ...]:
    """Return the rows of a person's own task: its entry's bodies, or the one that needs no hub.

    Folds beyond the first have none of their own: they are splits of the first.

    Raises:
        SettingsError: if the entry is at fault.
        DataError: if a file of arrays is missing.
    """
    task = task_of(name, entry, where="config, tasks")
    assert isinstance(task.option, TaskEntry)
    if task.option.fold:
        return ()
    bodies = task.option.bodies or without_hub(task.kind)[:1]
    return tuple(
        Axis(
            name=name if len(bodies) == 1 else f"{name}/{body}",
            task=name,
            splits=further_folds(name, entry),
            body=body,
            peers=task.option.peers,
            title=task.title if len(bodies) == 1 else f"{task.title}, {BODIES[body].title}",
        )
        for body in bodies
    )


def without_hub(kind: str) -> tuple[str, ...]:
    """Return the bodies of a kind whose weights come in a package, or are made here."""
    bodies = ((name, BODIES[name]) for name in BODIES)
    return tuple(
        n for n, b in bodies if b.kind == kind and (b.weights.package or b.weights.made_by)
    )
