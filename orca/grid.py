"""The grid of runs as the configuration asks for it: what the Snakefile looks up.

No arithmetic and no heavy import: it answers which runs a table needs, with which settings, and
what each run is made from.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any

from orca.alignment.distance import DISTANCES
from orca.configuration import Choices, Hyperparameters, SearchSpace
from orca.data.source import PROXIES
from orca.data.task import TASKS, Task
from orca.data.user_task import task_of
from orca.declarations import Declarations, nearest
from orca.errors import SettingsError
from orca.evaluation.score import Run
from orca.methods.method import METHODS
from orca.models.body import BODIES, CLOSEST, Body
from orca.provenance import used_code
from orca.reporting.figure import FIGURES
from orca.reporting.table import TABLES
from orca.settings import FinetuneSettings, as_json, checked, read_yaml

ALIGNMENTS: dict[str, str] = {
    METHODS[name].alignment_key: name for name in METHODS if METHODS[name].alignment
}
METHODS_THAT_CHOOSE = tuple(name for name in METHODS if METHODS[name].chooses_body)
METHODS_WITH_BODY = tuple(name for name in METHODS if not METHODS[name].chooses_body)


@dataclass(frozen=True, eq=False)
class Grid:
    """All runs that can be asked for.

    Args:
        choices: `config/config.yaml` and what is laid over it.
        folder: of the other configuration files.
    """

    choices: Choices
    folder: Path

    @classmethod
    def read(cls, config: Mapping[str, Any], folder: Path) -> "Grid":
        """Return the grid of a configuration, checked as a whole.

        Args:
            config: merged content of the config files.
            folder: that holds `hyperparameters.yaml` and `search_space.yaml`.

        Raises:
            SettingsError: for the first key, value or name that is not allowed.
        """
        grid = cls(checked(Choices, config, where=str(folder / "config.yaml")), folder)
        grid.check()
        return grid

    def check(self) -> None:
        """Check every name in the configuration.

        Raises:
            SettingsError: for the first that is not declared; it offers the nearest.
        """
        choices, where = self.choices, self.folder / "config.yaml"
        bodies = [
            *choices.bodies.values(),
            *choices.bodies_to_choose_from,
            *choices.seeds_by_body,
            *choices.seeds_per_job_by_body,
            *choices.body_folders,
        ]
        named: list[tuple[str, Iterable[str], Declarations[Any]]] = [
            ("tables", choices.tables, TABLES),
            ("figures", choices.figures, FIGURES),
            ("reports", chain.from_iterable(choices.reports.values()), TABLES),
            ("bodies", bodies, BODIES),
        ]
        for key, names, declared in named:
            for name in names:
                declared.look_up(name, where=f"{where}, {key}")
        for key in ("seeds_by_task", "gpus_by_task"):
            for task in getattr(choices, key):
                self.task(task, where=f"{where}, {key}")
        for name in choices.tasks:
            if name in TASKS:
                raise SettingsError(
                    where=f"{where}, tasks.{name}",
                    what="a declared task has this name already",
                    mend="give your own task another name",
                )
        self._check_hyperparameters()

    def _check_hyperparameters(self) -> None:
        groups, where = self.hyperparameters, self.folder / "hyperparameters.yaml"
        for entry in (*groups.tasks, *groups.official):
            task, _, body = entry.partition("/")
            if entry in groups.tasks:  # the official code has tasks that nobody has declared here
                self.task(task, where=f"{where}, {entry}")
            if body:
                BODIES.look_up(body, where=f"{where}, {entry}")
        for method in groups.methods:
            METHODS.look_up(method, where=f"{where}, methods")

    @cached_property
    def hyperparameters(self) -> Hyperparameters:
        """Content of `hyperparameters.yaml`."""
        path = self.folder / "hyperparameters.yaml"
        return checked(Hyperparameters, read_yaml(path), where=str(path))

    @cached_property
    def space(self) -> SearchSpace:
        """Content of `search_space.yaml`."""
        path = self.folder / "search_space.yaml"
        return checked(SearchSpace, read_yaml(path), where=str(path))

    @cached_property
    def tasks(self) -> tuple[str, ...]:
        """All tasks: the declared ones and the user's own."""
        return (*TASKS, *self.choices.tasks)

    def task(self, name: str, *, where: str = "the task asked for") -> Task:
        """Return a task, declared or of the user's own.

        Raises:
            SettingsError: if there is none of that name.
        """
        if name in self.choices.tasks:
            own = self.choices.tasks[name]
            return task_of(name, own, where=f"{self.folder}/config.yaml, tasks")
        if name not in TASKS:
            names = list(self.tasks)
            raise SettingsError(
                where=where, what=f"there is no task '{name}'", mend=nearest(name, names)
            )
        return TASKS[name]

    def task_argument(self, name: str) -> str:
        """Return what a command is told of a task: its name, or the user's whole entry."""
        own = self.choices.tasks.get(name)
        return name if own is None else json.dumps({"name": name, "entry": own}, sort_keys=True)

    def task_digest(self, name: str) -> str:
        """Return the digest of a task's declaration; a user's own goes by its entry."""
        if name in self.choices.tasks:
            return sha256(self.task_argument(name).encode()).hexdigest()[:16]
        return TASKS[name].digest

    def reader_code(self, name: str) -> str:
        """Return a digest of the code that a task is read and prepared by."""
        reader = "data/user_task.py"
        if name in TASKS:
            reader = f"data/tasks/{TASKS.modules[name].__name__.rpartition('.')[2]}.py"
        return used_code(reader, "data/prepare.py")

    def source_of(self, name: str) -> str:
        """Return the raw folder of a task; a user's own has its own."""
        return name if name in self.choices.tasks else TASKS[name].source

    @cached_property
    def sources(self) -> dict[str, str]:
        """What each raw folder is fetched for: the first task or proxy that reads it."""
        owners = {PROXIES[name].source: f"proxy:{name}" for name in PROXIES}
        owners |= {self.source_of(name): name for name in reversed(self.tasks)}
        return owners

    def body(self, name: str) -> Body:
        """Return a declared body."""
        return BODIES.look_up(name, where="the body asked for")

    def bodies_behind(self, name: str) -> tuple[str, ...]:
        """Return what a run's body stands for: itself, or each that a method may choose."""
        return self.choices.bodies_to_choose_from if name == CLOSEST else (name,)

    @cached_property
    def pretrained_bodies(self) -> tuple[str, ...]:
        """Bodies that the workflow makes itself: nobody publishes them, and no folder has them."""
        made = (name for name in BODIES if BODIES[name].weights.made_by)
        return tuple(name for name in made if name not in self.choices.body_folders)

    @cached_property
    def fetched_bodies(self) -> tuple[str, ...]:
        """All other bodies."""
        return tuple(name for name in BODIES if name not in self.pretrained_bodies)

    @cache  # noqa: B019 (one grid lives as long as the workflow)
    def settings(self, task: str, body: str, method: str = "") -> FinetuneSettings:
        """Return the settings of a run before tuning."""
        published = self.choices.hyperparameters_of(body) == "published"
        official = self._official(task, body) if published else ""
        found = self.hyperparameters.resolve(task=task, body=body, method=method, official=official)
        return METHODS[method].fixed(found) if method else found

    def alignment_settings(self, task: str, body: str, alignment: str) -> FinetuneSettings:
        """Return the settings of an alignment before tuning."""
        return METHODS[ALIGNMENTS[alignment]].fixed(self.settings(task, body))

    def _official(self, task: str, body: str) -> str:
        """Return the task whose official configuration holds: a variant has that of its baseline."""
        like = task
        while f"{like}/{body}" not in self.hyperparameters.official:
            like = self.task(like).baseline
            if not like:
                return ""
        return like

    @cache  # noqa: B019
    def settings_json(self, task: str, body: str, method: str = "") -> str:
        """Return the settings of a run as a command takes them."""
        return as_json(self.settings(task, body, method))

    def tuned(self, body: str) -> bool:
        """Return whether the runs of a body take their settings from a search."""
        return self.choices.hyperparameters_of(body) == "tuned"

    def space_json(self, body: str) -> str:
        """Return the search space of a body as a command takes it."""
        return json.dumps(self.space.of(body), sort_keys=True)

    @cached_property
    def test_endings(self) -> list[str]:
        """Return what tells apart the test splits that a task's runs are also tested on."""
        tested = (TASKS[name].also_tested_on for name in TASKS)
        return sorted({ending for pairs in tested for ending, _ in pairs})

    @property
    def choices_json(self) -> str:
        """Return the choices as a command takes them."""
        return as_json(self.choices)

    @property
    def uses_gpu(self) -> bool:
        """Whether jobs may ask for a GPU: on a machine without one, `device: cpu` says so."""
        return self.choices.device != "cpu"

    def terms_key(self, task: str, body: str, alignment: str) -> str:
        """Return the name of the source terms of an alignment: distance and its settings."""
        distance = METHODS[ALIGNMENTS[alignment]].alignment
        given = self.settings(task, body).align.distance
        mark = sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()[:8]
        return f"{distance}-{mark}" if given else distance

    @cached_property
    def terms(self) -> dict[str, tuple[str, str]]:
        """Distance and settings (JSON) of every name of source terms in use."""
        groups = [*self.hyperparameters.defaults.values(), *self.hyperparameters.tasks.values()]
        given = [group.get("align", {}).get("distance", {}) for group in groups]
        found: dict[str, tuple[str, str]] = {}
        for settings in [{}, *(entry for entry in given if entry)]:
            text = json.dumps(settings, sort_keys=True)
            mark = f"-{sha256(text.encode()).hexdigest()[:8]}" if settings else ""
            found |= {f"{distance}{mark}": (distance, text) for distance in DISTANCES}
        return found

    @cache  # noqa: B019
    def runs(self, table: str) -> list[Run]:
        """Return the runs that a table needs."""
        declared = TABLES.look_up(table, where="the table asked for")
        return declared.runs(self.choices)
