"""Which tasks a peer is for."""

from orca.data.target import Classes, Field, MultiLabel, Scalar
from orca.data.task import AS_READ, Task


def tables(task: Task) -> bool:
    """Return whether a task's samples are rows of a table, with one class or number each."""
    return task.table and isinstance(task.target, Classes | Scalar)


def classes_of_tables(task: Task) -> bool:
    """Return whether a task's samples are rows of a table with one class each."""
    return task.table and isinstance(task.target, Classes)


def arrays(task: Task) -> bool:
    """Return whether a task's samples are series or pictures with one class or number each."""
    return not task.table and isinstance(task.target, Classes | Scalar)


def series(task: Task) -> bool:
    """Return whether a task's samples are series with one class or number each."""
    return task.kind == "sequence" and arrays(task)


def fields(task: Task) -> bool:
    """Return whether a task asks for numbers on the grid that its inputs lie on."""
    target = task.target
    if not isinstance(target, Field) or target.binary or target.masked:
        return False
    if len(task.input_shape) != len(target.shape):
        return False
    grids = zip(task.input_shape[1:], target.grid, strict=True)
    return all(given in (wanted, AS_READ) for given, wanted in grids)


def pooled(task: Task) -> bool:
    """Return whether a task asks for classes, labels or a number."""
    return isinstance(task.target, Classes | MultiLabel | Scalar)


def others(task: Task) -> bool:
    """Return whether a task of classes, labels or a number has neither tables nor series as inputs."""
    return pooled(task) and not tables(task) and not series(task)
