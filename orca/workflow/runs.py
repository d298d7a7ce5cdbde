"""Which runs there are, with which settings, and the key of each: what the rules look up.

No arithmetic and no heavy import, so that planning is quick.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, get_args

from orca.alignment.distance import DISTANCES
from orca.configuration import PLACE, Configuration, Origin
from orca.data.proxy import PROXIES, Proxy
from orca.data.task import TASKS, Task
from orca.data.user_task import entry_of, task_of
from orca.declarations import nearest
from orca.errors import SettingsError
from orca.evaluation.score import Run
from orca.experiment import own_source
from orca.hyperparameters import (
    Hyperparameters,
    SearchSpace,
    check_method,
)
from orca.methods.method import METHODS, Method
from orca.models.body import BODIES
from orca.models.settings import EmbedderStart
from orca.peers.peer import PEERS
from orca.reporting.declared_table import TABLES
from orca.settings import Groups, checked, checked_groups, merge, nested, not_default, read_yaml
from orca.training.settings import ALIGN_READS, FINETUNE_READS
from orca.training.task_checks import check_names
from orca.tuning.search_key import METHOD as SEARCHED_METHOD
from orca.workflow import layout


@dataclass(frozen=True, eq=False)
class Runs:
    """All runs that a configuration allows; its other files lie in `folder`."""

    configuration: Configuration
    folder: Path

    @classmethod
    def read(cls, config: Mapping[str, Any], folder: Path) -> "Runs":
        """Return the runs of a configuration, checked as a whole.

        Raises:
            SettingsError: for the first key, value or name that is not allowed.
        """
        runs = cls(checked(Configuration, config, where=PLACE), folder)
        runs.configuration.check_names()
        for task in runs.configuration.seeds_by_task:
            runs.task(task, where=f"{PLACE}, seeds_by_task")
        runs.hyperparameters.check()
        for entry in (*runs.hyperparameters.tasks, *runs.hyperparameters.official):
            runs.task(entry.partition("/")[0], where=f"{folder}/hyperparameters.yaml, {entry}")
        return runs

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
        return (*TASKS, *self.configuration.tasks)

    def task(self, name: str, *, where: str = "the task asked for") -> Task:
        """Return a task, declared or of the user's own.

        Raises:
            SettingsError: if there is none of that name.
        """
        if name in self.configuration.tasks:
            return self._own_task(name)
        if name not in TASKS:
            names = list(self.tasks)
            raise SettingsError(
                where=where, what=f"there is no task '{name}'", mend=nearest(name, names)
            )
        return TASKS[name]

    @cache  # noqa: B019 (one object lives as long as the workflow)
    def _own_task(self, name: str) -> Task:
        entry = self.configuration.tasks[name]
        where = f"{PLACE}, tasks"
        task = task_of(name, entry, where=where)
        check_names(task, entry_of(entry, where=where), where=f"{where}.{name}")
        return task

    def source_of(self, name: str) -> str:
        """Return the raw folder of a task; a user's own has its own."""
        own = self.configuration.tasks.get(name)
        return TASKS[name].source if own is None else own_source(name, own)

    @cached_property
    def sources(self) -> dict[str, tuple[str, str]]:
        """What each raw folder is fetched for: `proxy` or `task`, and its name."""
        baselines = (name for name in PROXIES if not PROXIES[name].variant_of)
        owners = {PROXIES[name].source: ("proxy", name) for name in baselines}
        return owners | {self.source_of(name): ("task", name) for name in reversed(self.tasks)}

    def needing(self, source: str) -> Task | Proxy:
        """Return what a raw folder is fetched for."""
        kind, name = self.sources[source]
        return PROXIES[name] if kind == "proxy" else self.task(name)

    def proxy_of(self, body: str) -> str:
        """Return the source proxy of a body: the configuration's, or its own as by the protocol."""
        own = BODIES[body].proxy
        if self.configuration.protocol == "published":
            own = PROXIES.as_published(own)
        return self.configuration.proxies.get(body, own)

    @cached_property
    def pretrained_bodies(self) -> tuple[str, ...]:
        """Bodies that the workflow makes itself: not published, and in no configured folder."""
        made = (name for name in BODIES if BODIES[name].weights.made_by)
        return tuple(name for name in made if name not in self.configuration.body_folders)

    @cache  # noqa: B019
    def base(self, task: str, body: str, method: str = "") -> dict[str, Any]:
        """Return the settings of a task and a body by group, before tuning and any method's.

        The official configuration is the method's own where it has one.
        """
        official = self._official(task, body, method)
        own = self.configuration.tasks.get(task, {}).get("settings")
        return self.hyperparameters.resolve(task=task, body=body, official=official, own=own)

    @cache  # noqa: B019
    def _official(self, task: str, body: str, method: str) -> str:
        """Return the official entry that holds, if any; a variant has its baseline's."""
        if self.configuration.origin_of(body) == "default":
            return ""
        for entry in (f"{{}}/{body}/{method}", f"{{}}/{body}"):
            like = task
            while like:
                if entry.format(like) in self.hyperparameters.official:
                    return entry.format(like)
                like = self.task(like).variant_of
        return ""

    def origin(self, task: str, body: str, method: str = "") -> Origin:
        """Return where the settings of a run come from."""
        origin = self.configuration.origin_of(body)
        lacks = origin == "published" and not self._official(task, body, method)
        return "default" if lacks else origin

    @cache  # noqa: B019
    def of_method(self, method: str) -> dict[str, Any]:
        """Return the settings of a method by group; what its declaration fixes comes last."""
        declared = METHODS[method]
        check_method(method, declared.fixes, where=f"what the method '{method}' fixes")
        return merge(self.hyperparameters.methods.get(method, {}), declared.fixes)

    @cache  # noqa: B019
    def alignment_of(self, method: str) -> str:
        """Return the name of a method's alignment; empty for none.

        Methods of equal distance, start and settings share an alignment.
        """
        return alignment_name(METHODS[method], self.of_method(method))

    @cache  # noqa: B019
    def align_settings(self, task: str, body: str, alignment: str) -> Groups:
        """Return what an alignment reads by group, before tuning.

        Raises:
            SettingsError: if the alignment's name says what is not declared.
        """
        distance, start, changes = layout.parse_alignment(alignment)
        declared = DISTANCES.look_up(distance, where=f"the alignment '{alignment}'")
        if start not in get_args(EmbedderStart):
            raise SettingsError(
                where=f"the alignment '{alignment}'",
                what=f"an embedder cannot start '{start}'",
                mend=nearest(start, list(get_args(EmbedderStart))),
            )
        written = layout.alignment_name(distance, start, sorted(changes.items()))
        if alignment != written:
            raise SettingsError(
                where=f"the alignment '{alignment}'",
                what="its settings are not written as its folder's name has them",
                mend=f"ask for '{written}'",
            )
        base = self.base(task, body)
        content = {group: base.get(group, {}) for group in ALIGN_READS}
        content["distance"] = base.get("distances", {}).get(distance, {})
        content = merge(content, nested(changes))
        known = {**ALIGN_READS, "distance": declared.settings}
        return checked_groups(content, known, where=f"the alignment '{alignment}'")

    @cache  # noqa: B019
    def finetune_settings(self, task: str, body: str, method: str) -> Groups:
        """Return what a fine-tuning reads by group, before tuning."""
        declared = METHODS[method]
        given = merge(self.base(task, body, method), self.of_method(method))
        content = {group: given.get(group, {}) for group in FINETUNE_READS}
        found = checked_groups(content, FINETUNE_READS, where=f"the run {task}/{body}/{method}")
        return {**found, "method": declared.own_settings(given.get(declared.settings_group, {}))}

    def plain_settings(self, task: str, body: str) -> Groups:
        """Return what plain fine-tuning reads by group, which a search starts from."""
        return self.finetune_settings(task, body, SEARCHED_METHOD)

    def terms_of(self, task: str, body: str, alignment: str) -> str:
        """Return the name of the source terms that an alignment reads."""
        settings = self.align_settings(task, body, alignment)["distance"]
        distance = layout.parse_alignment(alignment)[0]
        return layout.terms_name(distance, sorted(not_default(settings).items()))

    @cache  # noqa: B019
    def of_table(self, table: str) -> list[Run]:
        """Return the runs that a table needs, as far as they can be made here.

        Runs whose data cannot be had are left out, and peers that lack a library or weights.
        """
        runs = TABLES.look_up(table, where="the table asked for").runs(self.configuration)
        return [
            run
            for run in runs
            if (self.task(run.task).public or self._brought(run.task))
            and not (run.method in PEERS and PEERS[run.method].lacks)
        ]

    def _brought(self, task: str) -> bool:
        raw = Path(layout.path("raw", source=self.source_of(task)))
        return all((raw / way.name).exists() for way in self.task(task).files)


def alignment_name(method: Method, given: Mapping[str, Any]) -> str:
    """Return the name of the alignment of a method with settings of its own; empty for none."""
    if not method.alignment:
        return ""
    read = {group: given.get(group, {}) for group in ALIGN_READS}
    read["distance"] = given.get("distances", {}).get(method.alignment, {})
    changes = [(f"{g}.{key}", value) for g, values in read.items() for key, value in values.items()]
    return layout.alignment_name(method.alignment, method.embedder, sorted(changes))
