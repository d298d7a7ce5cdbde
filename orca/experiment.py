"""Which runs an experiment has: the bodies, the seeds, a person's own tasks.

`protocol: published` replaces tasks and methods (`orca.reporting.cell_plan`), proxies
(`orca.workflow.runs`) and the origin of settings (`orca.configuration`). The replacements are the
declarations with `as_published` (`orca.declarations`), those of methods made by
`orca.methods.method`.
"""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, field_validator

from orca.settings import Count, Name, Settings

PROTOCOLS = {
    "sound": "Protocol: sound, this project's own.",
    "published": "Protocol: published; data, metrics, methods, settings and the choice of the epoch are the"
    " released code's, wherever it has them.",
}


class Experiment(Settings):
    """What tables must know of the configuration to say which runs they are made from."""

    protocol: Literal["sound", "published"] = Field(
        default="sound",
        description="Tables are made as this project finds sound, or exactly as the printed numbers"
        " came about: official data variants, methods as released, selection by the test split.",
    )
    bodies: dict[Literal["sequence", "grid"], str] = Field(
        default={"sequence": "roberta_base", "grid": "swin_base"},
        description="A table that names no body takes this one for each kind of input.",
    )
    seeds: Count = Field(
        default=5, description="Every task, body and method is run with this many seeds, from 0 on."
    )
    seeds_by_body: dict[str, Count] = Field(
        default={}, description="A body that is named here has its own number of seeds."
    )
    seeds_by_task: dict[str, Count] = Field(
        default={},
        description="A task that is named here has its own number of seeds, whatever the body.",
    )
    tasks: dict[Name, dict[str, Any]] = Field(
        default={},
        description="These are your own data sets, by name, each with the keys of an entry.",
    )

    @field_validator("tasks")
    @classmethod
    def _with_folds(cls, tasks: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """Add a task for each further fold of those that have several, where it is not there yet."""
        every = dict(tasks)
        for name, entry in tasks.items():
            for fold, other in enumerate(further_folds(name, entry), start=1):
                if every.setdefault(other, {**entry, "fold": fold}) != {**entry, "fold": fold}:
                    raise ValueError(f"'{other}' is the name of a fold of '{name}' already")
        return every

    def seeds_of(self, task: str, body: str) -> tuple[int, ...]:
        """Return the seeds of the runs of a task and a body."""
        count = self.seeds_by_task.get(task, self.seeds_by_body.get(body, self.seeds))
        return tuple(range(count))


def further_folds(name: str, entry: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the tasks for the further folds of a person's own, which itself tests the first."""
    folds = entry.get("folds")
    if not isinstance(folds, int) or entry.get("fold"):
        return ()
    return tuple(_of_fold(name, fold) for fold in range(1, folds))


def own_source(name: str, entry: Mapping[str, Any]) -> str:
    """Return the raw folder of a person's own task, which its folds share."""
    fold = entry.get("fold")
    return name.removesuffix(_of_fold("", fold)) if isinstance(fold, int) and fold else name


def _of_fold(name: str, fold: int) -> str:
    return f"{name}_fold{fold + 1}"
