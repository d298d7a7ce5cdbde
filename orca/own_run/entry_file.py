"""The small config file beside a person's data that `orca run` writes and reads again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from orca.data.own.guess import Fact, guess
from orca.data.task import TASKS
from orca.data.user_task import check_keys, entries_in, entry_of
from orca.declarations import nearest
from orca.errors import SettingsError
from orca.provenance import write_text
from orca.settings import check_name, read_yaml
from orca.workflow import layout

SUFFIX = ".orca.yaml"
ANEW = ("target", "inputs", "kind")  # options that make guesses made before them void
HEADER = """\
# How `orca run` reads {data}. Change what you like; then either of these goes on from here:
#   orca run {path}
#   snakemake results/{name}.html --cores all --configfile {path}
"""


@dataclass(frozen=True)
class OwnRun:
    """One task of a person's own; its config file, and the facts of its entry, guessed or not."""

    name: str
    path: Path
    content: Mapping[str, Any]
    facts: list[Fact]

    @property
    def entry(self) -> dict[str, Any]:
        """The task's entry."""
        return dict(self.content["tasks"][self.name])

    def write(self) -> None:
        """Write the config file, unless it says all this already."""
        if self.path.exists() and read_yaml(self.path) == self.content:
            return
        header = HEADER.format(data=self.entry["path"], path=self.path, name=self.name)
        text = yaml.safe_dump(dict(self.content), sort_keys=False, allow_unicode=True, width=100)
        write_text(self.path, header + text)


def own_run(file: Path, *, name: str, entry: Mapping[str, Any]) -> OwnRun:
    """Return what `orca run` runs for a file.

    What a person says now comes first, then what the config file says already, then guesses.
    Another target, other inputs or another kind than the file's make its guesses void: only
    settings and bodies are kept. The file holds data, or is a config file that was written before;
    an empty name is the file's.

    Raises:
        SettingsError: if the file, the name or a key of the entry is at fault.
        DataError: if the file cannot be read as it is said.
    """
    if not str(file).isprintable():
        raise SettingsError(
            where=ascii(str(file)),
            what="the path holds characters that cannot be shown, such as a line break",
            mend="give the file or its folder another name",
        )
    if file.name.endswith(SUFFIX):
        path, before = file, read_yaml(file)
        name, data = _only_task(path, before)
    else:
        if name:
            check_name(name, where="--name")
        path, data = file.with_name(f"{name or file.stem}{SUFFIX}"), file
        before = read_yaml(path) if path.exists() else {}
        name = name or _name_of(file, entries_in(before, where=str(path)))
    if not data.is_file():
        there = [file.name for file in data.parent.glob(f"*{data.suffix}")]
        mend = f"mend the path; {nearest(data.name, there)}" if there else "mend the path"
        raise SettingsError(where=str(data), what="there is no such file", mend=mend)
    known = entries_in(before, where=str(path)).get(name, {})
    check_keys({**known, **entry}, where=f"{path}, tasks.{name}")
    if any(key in entry and key in known and entry[key] != known[key] for key in ANEW):
        known = {key: known[key] for key in ("settings", "bodies") if key in known}
    facts = guess(data, {**{k: v for k, v in known.items() if k != "path"}, **entry})
    content = {fact.key: fact.value for fact in facts if fact.value not in ("", [], ())}
    entry_of(content, where=f"{path}, tasks.{name}")
    _check_name(data, name)
    rest = {key: value for key, value in before.items() if key != "tasks"}
    whole = {"tasks": {name: content}, **rest, "reports": {name: ["own"]}}
    return OwnRun(name, path, whole, facts)


def _check_name(path: Path, name: str) -> None:
    earlier = Path(layout.path("task_entry", task=name))
    other = str(read_yaml(earlier).get("path")) if earlier.exists() else path
    if Path(other).resolve() != path.resolve():
        raise SettingsError(
            where=str(path),
            what=f"the results of another file, {other}, are here under the name '{name}'",
            mend=f"give this one another: --name NAME; if the file has moved, remove {earlier}",
        )


def _only_task(path: Path, content: Mapping[str, Any]) -> tuple[str, Path]:
    tasks = entries_in(content, where=str(path))
    if len(tasks) != 1:
        raise SettingsError(
            where=f"{path}, tasks",
            what=f"it holds {len(tasks)} tasks instead of one",
            mend=f"run several by: snakemake results/tables/own.md --cores all --configfile {path}",
        )
    ((name, entry),) = tasks.items()
    return name, Path(str(entry.get("path", "")))


def _name_of(file: Path, tasks: Mapping[str, Any]) -> str:
    """Return the name of a file's task: that of the config file, or one made of the file's."""
    if len(tasks) == 1:
        return next(iter(tasks))
    name = re.sub(r"\W+", "_", file.stem).strip("_").lower() or "own"
    return f"own_{name}" if name in TASKS else name
