"""`config/hyperparameters.yaml` and `search_space.yaml`: settings by body, task and method, in groups."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from orca.alignment.distance import DISTANCES
from orca.errors import SettingsError
from orca.methods.method import METHODS
from orca.models.body import BODIES
from orca.settings import Settings, checked, checked_groups, merge
from orca.training.settings import ALIGN_READS, GROUPS

WHERE = "config/hyperparameters.yaml"


class SearchSpace(Settings):
    """`config/search_space.yaml` lists the values that a search may choose from, by `group.key`."""

    default: dict[str, list[Any]] = Field(
        description="The search of every body may choose these values (paper, A.2.2)."
    )
    by_body: dict[str, dict[str, list[Any]]] = Field(
        default={},
        description="The space of a body differs in these; an empty list leaves a setting out.",
    )

    def of(self, body: str) -> dict[str, list[Any]]:
        """Return the space of a body.

        Raises:
            SettingsError: if a setting or one of its values is not allowed.
        """
        space = {**self.default, **self.by_body.get(body, {})}
        for key, values in space.items():
            group, _, name = key.partition(".")
            for value in values:
                check_groups({group: {name: value}}, GROUPS, where="config/search_space.yaml")
        return {key: values for key, values in space.items() if values}


class Hyperparameters(Settings):
    """`config/hyperparameters.yaml` has settings by body, task and method, in groups."""

    defaults: dict[str, dict[str, Any]] = Field(
        description="Each body has these settings; those under `all` hold for every body."
    )
    official: dict[str, dict[str, Any]] = Field(
        default={},
        description="These are the official code's configurations, by task/body, or by"
        " task/body/method for a method that has its own.",
    )
    tasks: dict[str, dict[str, Any]] = Field(
        default={}, description="A task, or a task/body, has these settings instead of its body's."
    )
    methods: dict[str, dict[str, Any]] = Field(
        default={}, description="A method has these settings in every step that reads them."
    )

    def check(self) -> None:
        """Check every body, method, group and value of every entry.

        Raises:
            SettingsError: for the first that is not allowed.
        """
        groups = all_groups()
        for section in type(self).model_fields:
            for entry, content in getattr(self, section).items():
                where = f"{WHERE}, {section}.{entry}"
                if section == "methods":
                    check_method(entry, content, where=where)
                    continue
                named = entry if section == "defaults" else entry.partition("/")[2]
                body, _, method = named.partition("/")
                if body not in ("", "all"):
                    BODIES.look_up(body, where=where)
                check_groups(content, groups, where=where)
                if method:
                    _check_own_entry(section, method, content, where=where)

    def resolve(
        self, *, task: str, body: str, official: str = "", own: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the settings of a task and a body by group, before any method's.

        A later entry overrules an earlier one: all, body, official, task, the `settings` of a
        person's own task, task/body.

        Args:
            task: its name.
            body: its name.
            official: the entry of `official` that counts; empty for none.
            own: the `settings` of the task's entry, if it is a person's own.
        """
        merged: dict[str, Any] = {}
        for content in (
            self.defaults.get("all", {}),
            self.defaults.get(body, {}),
            self.official.get(official, {}),
            self.tasks.get(task, {}),
            own or {},
            self.tasks.get(f"{task}/{body}", {}),
        ):
            merged = merge(merged, content)
        return merged


def _check_own_entry(section: str, method: str, content: Mapping[str, Any], *, where: str) -> None:
    """Check that an entry of one method on one body is read by all that it is about.

    Raises:
        SettingsError: if it stands where none is read, or changes what the method's alignment,
            which others share, reads too.
    """
    declared = METHODS.look_up(method, where=where)
    what, mend = "", f"put it under `methods: {method}`, which every step reads"
    if section != "official":
        what = f"nothing reads an entry of one method in `{section}`"
    elif declared.alignment and (shared := {*ALIGN_READS, "distances"} & set(content)):
        what = (
            f"'{method}' aligns, and its alignment would not have '{sorted(shared)[0]}' from here"
        )
    if what:
        raise SettingsError(where=where, what=what, mend=mend)


def all_groups() -> dict[str, type[Settings]]:
    """Return the groups of both stages and those that methods declare, by name."""
    return {**GROUPS, **method_groups()}


def method_groups() -> dict[str, type[Settings]]:
    """Return the groups that methods declare, by name."""
    declared = (METHODS[name] for name in METHODS)
    return {m.settings_group: m.settings for m in declared if m.settings}


def check_method(method: str, content: Mapping[str, Any], *, where: str) -> None:
    """Check the settings of a method: the steps' groups, and its own.

    Raises:
        SettingsError: for the first group, key or value that is not allowed.
    """
    declared = METHODS.look_up(method, where=where)
    own = {declared.settings_group: declared.settings} if declared.settings else {}
    check_groups(content, {**GROUPS, **own}, where=where)


def check_groups(
    content: Mapping[str, Any], known: Mapping[str, type[Settings]], *, where: str
) -> None:
    """Check settings by group, and those of `distances` by name.

    Raises:
        SettingsError: for the first group, key or value that is not allowed.
    """
    for name, settings in content.get("distances", {}).items():
        declared = DISTANCES.look_up(name, where=f"{where}, distances")
        checked(declared.settings, settings, where=f"{where}, distances.{name}")
    others = {group: values for group, values in content.items() if group != "distances"}
    checked_groups(others, {**known, "distances": Settings}, where=where)
