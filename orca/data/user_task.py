"""A person's own data as a task: an entry under `tasks:` in a config file, no Python.

A key that is unknown, missing or out of range is a `SettingsError` that names it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from orca.data.entry import Rule, TaskEntry
from orca.data.target import Classes, Field, MultiLabel, Scalar, Target
from orca.data.task import AS_READ, Normalisation, Samples, Task
from orca.data.ways import Own
from orca.declarations import nearest
from orca.errors import SettingsError
from orca.experiment import own_source

STANDING_IN = {"path": "-.csv", "target": "", "kind": "scalar", "metric": "rmse"}
"""For the keys that every entry needs, while they are not known yet; this kind needs no other."""

LOSSES = {
    "classes": "cross_entropy", "multi_label": "bce_with_logits", "scalar": "mse", "field": "relative_l2"
}  # fmt: skip


def task_of(name: str, entry: dict[str, Any], *, where: str, axes: int | None = None) -> Task:
    """Return the task that a config entry describes; `TaskEntry` says which keys there are.

    `axes` counts those of a sample's inputs, its channels included; the file of arrays is asked if
    it is None.
    """
    described = entry_of(entry, where=f"{where}.{name}")
    suffix = Path(described.path).suffix
    files = [Own(name=f"fit{suffix}", path=described.path)]
    if described.test_path:
        files.append(Own(name=f"test{suffix}", path=described.test_path))
    by_default: Rule = "per_position" if described.is_table else "per_channel"
    targets: Rule = "per_channel" if described.kind in ("scalar", "field") else "none"
    return Task(
        title=described.title or name,
        suite="own",
        origin="your own data",
        input_shape=(AS_READ,) * (axes or _axes(described)),
        target=_target(described),
        samples=Samples(train=AS_READ, validation=AS_READ, test=AS_READ),
        loss=described.loss or LOSSES[described.kind],
        # The default loss of a field is relative to the field, which only units tell.
        loss_in_units=described.kind == "field" and not described.loss,
        metric=described.metrics[0],
        extra_metrics=described.metrics[1:],
        files=tuple(files),
        source=own_source(name, entry),
        normalisation=Normalisation(
            inputs=described.normalise_inputs or by_default,
            targets=described.normalise_targets or targets,
        ),
        option=described,
        keeps_predictions=True,
        reader="orca.data.own.read",
        table=described.is_table,
    )


def _axes(entry: TaskEntry) -> int:
    if entry.is_table:
        return 2
    from orca.data.own.arrays import input_shape

    return len(input_shape(Path(entry.path).expanduser(), entry, shown=entry.path)) - 1


def entry_of(entry: dict[str, Any], *, where: str) -> TaskEntry:
    """Return a config entry, checked; no file is opened."""
    try:
        return TaskEntry.model_validate(entry)
    except ValidationError as fault:
        raise _refusal(fault.errors()[0], where) from fault


def entries_in(content: Mapping[str, Any], *, where: str) -> dict[str, dict[str, Any]]:
    """Return the entries of tasks that a configuration holds, by name; their keys are not checked.

    Raises:
        SettingsError: if they are none.
    """
    tasks = content.get("tasks") or {}
    if isinstance(tasks, dict) and all(isinstance(entry, dict) for entry in tasks.values()):
        return {str(name): entry for name, entry in tasks.items()}
    mend = "restore or correct the file: under each task's name stand the keys of its entry"
    raise SettingsError(where=f"{where}, tasks", what="it holds no entries of tasks", mend=mend)


def check_keys(entry: Mapping[str, Any], *, where: str) -> None:
    """Check the keys of an entry that is not whole yet."""
    try:
        TaskEntry.model_validate({**STANDING_IN, **entry})
    except ValidationError as fault:
        if (first := fault.errors()[0])["loc"]:
            raise _refusal(first, where) from fault


def _refusal(first: Any, where: str) -> SettingsError:
    """Return the error that an entry is refused with, of the first that pydantic found."""
    what, mend = first["msg"], "the README shows an entry, and config/README.md has all keys"
    raised: tuple[str, ...] = getattr(first.get("ctx", {}).get("error"), "args", ())
    if len(raised) == 2:
        what, mend = raised[0], raised[1]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        what, known = f"there is no key '{key}'", TaskEntry.model_fields.items()
        mend = nearest(key, [field.alias or name for name, field in known])
    return SettingsError(where=f"{where}.{key}" if key else where, what=what, mend=mend)


def _target(entry: TaskEntry) -> Target:
    if entry.kind == "classes":
        return Classes(entry.label_count, entry.label_names)
    if entry.kind == "multi_label":
        return MultiLabel(entry.label_count, entry.label_names)
    if entry.kind == "scalar" and len(entry.targets) > 1:  # numbers of a row, a channel each
        return Field(grid=(1,), channels=len(entry.targets), unit=entry.unit)
    if entry.kind == "scalar":
        return Scalar(unit=entry.unit)
    return Field(grid=entry.target_shape[1:], channels=entry.target_shape[0], unit=entry.unit)
