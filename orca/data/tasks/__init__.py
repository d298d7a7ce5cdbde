"""One file or folder per task or family of tasks, each declaring `TASK` or `TASKS` and `read`."""

from dataclasses import replace
from typing import Any

from orca.data.task import Task


def with_official(name: str, task: Task, **changes: Any) -> dict[str, Task]:
    """Return a task by its name, and beside it the official code's variant, which has the changes."""
    variant = replace(task, variant_of=name, as_published=True, **changes)
    return {name: task, f"{name}_official": variant}
