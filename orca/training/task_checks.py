"""What is wrong with a person's own task, found before anything is trained."""

from pathlib import Path
from typing import Any

import numpy as np

from orca.data.entry import TaskEntry
from orca.data.store import Prepared, Split
from orca.data.target import AnyTarget
from orca.data.task import Task
from orca.declarations import Declarations, nearest
from orca.errors import DataError, SettingsError
from orca.evaluation.metric import METRICS

OF_OTHERS = ("_official", "_chunked")
"""Endings of metrics that are there for published numbers alone."""


def check_names(task: Task, entry: TaskEntry, *, where: str) -> None:
    """Check that the entry's metrics and loss exist and are defined for its task's kind of target.

    Raises:
        SettingsError: for the first that is not; it lists those for this kind.
    """
    for name in entry.metrics:
        _check_name(name, METRICS, task.target, where=f"{where}, metric")
    if entry.loss:  # the default is defined; to look at another one, PyTorch is imported
        from orca.training.loss import LOSSES

        _check_name(entry.loss, LOSSES, task.target, where=f"{where}, loss")


def _check_name(name: str, declared: Declarations[Any], target: AnyTarget, *, where: str) -> None:
    fitting = [
        known
        for known, found in declared.items()
        if target.kind in found.kinds and not known.endswith(OF_OTHERS)
    ]
    there = f"for {target.kind} there are: {', '.join(sorted(fitting))}"
    if name not in declared:
        close = nearest(name, fitting)
        mend = f"{close}\n{there}" if close.startswith("did you") else there
        what = f"there is no {declared.kind} '{name}'"
        raise SettingsError(where=where, what=what, mend=mend)
    if target.kind not in declared[name].kinds:
        what = f"the {declared.kind} '{name}' is not defined for {target.kind}"
        raise SettingsError(where=where, what=what, mend=there)


def check_parts(task: Task, entry: TaskEntry, folder: Path) -> None:
    """Check that the entry's metrics are defined on each part of its prepared data.

    Raises:
        DataError: if a class is too rare for a part, all targets of a part are equal, or the like.
    """
    files: dict[Split, str] = {"train": "fit.h5", "validation": "fit.h5", "test": "test.h5"}
    for part, file in files.items():
        with Prepared(folder / file, task) as prepared:
            targets = prepared.targets(prepared.rows(part))
        shape = task.target.shape or ((task.target.outputs,) if task.target.outputs > 1 else ())
        zeros = np.zeros((len(targets), *shape), np.float32)
        for name in entry.metrics:
            try:
                METRICS[name].compute(zeros, targets)
            except DataError as fault:
                raise DataError(
                    where=f"{entry.path}, the samples of the part '{part}'",
                    what=f"{name} is not defined on them: {fault.what}",
                    mend="bring more samples of the kind, set larger shares or another `split_seed`"
                    " in the entry, or choose another `metric`",
                ) from fault
