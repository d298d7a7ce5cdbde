"""Options and arguments that several commands share, and how their values are read."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from orca.data.task import TASKS, Task
from orca.declarations import nearest
from orca.errors import SettingsError
from orca.settings import Settings, check_name, read_yaml
from orca.workflow import layout

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)


@dataclass(frozen=True)
class AskedTask:
    """A task that a command is asked for.

    Args:
        name: of the task.
        task: its declaration.
        entry: a user's own task as the configuration describes it; None for a declared one.
    """

    name: str
    task: Task
    entry: dict[str, Any] | None


class TaskArgument(click.ParamType[Any]):
    """A task's name, or a YAML file with the entry of a user's own, named like the task.

    The workflow writes the entries of a user's own tasks to where their names are looked up.
    """

    name = "task"

    def convert(self, value: Any, param: Any, ctx: Any) -> AskedTask:
        """Return the task.

        Raises:
            SettingsError: if there is none of that name, or the entry is at fault.
        """
        del param, ctx
        if not value.endswith(".yaml") and value in TASKS:
            return AskedTask(value, TASKS[value], None)
        from orca.data.user_task import task_of

        path = _entry_file(value)
        entry = read_yaml(path)
        return AskedTask(path.stem, task_of(path.stem, entry, where=str(path)), entry)


def _entry_file(asked: str) -> Path:
    """Return the file of a user's own task, which is asked for by this file or by its name."""
    if asked.endswith(".yaml"):
        path = Path(asked)
        check_name(path.stem, where=f"the task file {asked}")
        return path
    check_name(asked, where="the task asked for")
    path = Path(layout.path("task_entry", task=asked))
    if not path.exists():
        raise SettingsError(
            where="the task asked for",
            what=f"there is no task '{asked}'",
            mend=f"{nearest(asked, TASKS)}\nA task of your own is a YAML file with its entry, such"
            f" as {asked}.yaml; by its name it is known once the workflow has run with it",
        )
    return path


class SeedsArgument(click.ParamType[Any]):
    """One seed or some successive ones: `0`, `0-2`, or as they stand in a path, `seeds0-2`."""

    name = "seeds"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[int, ...]:
        """Return the seeds."""
        try:
            return layout.seeds_of(value)
        except ValueError:
            self.fail(f"'{value}' is neither a seed such as 0 nor a range such as 0-2", param, ctx)


TASK = click.argument("task", type=TaskArgument())
BODY = click.argument("body")
DEVICE = click.option("--device", default="auto", show_default=True, help="auto, cpu or cuda.")
METHOD = click.option("--method", required=True, help="Name of the method.")
SEEDS = click.option("--seeds", type=SeedsArgument(), required=True, help="Such as 0 or 0-2.")
OUT = click.option("--out", type=FOLDER, required=True, help="Folder of the outputs.")
OUT_FILE = click.option("--out", type=FILE, required=True, help="The file to write.")


def _published() -> Path:
    from orca.configuration import config_folder

    return config_folder() / "published"


PUBLISHED = click.option(
    "--published", type=FOLDER, default=_published, show_default="config/published"
)


def device_of(name: str) -> Any:
    """Return the device that an option names, held until the command ends."""
    from orca.training.device import held_device

    context = click.get_current_context()
    runs = context.find_root().params.get("runs_per_gpu", 1)
    return context.with_resource(held_device(name, runs_per_gpu=runs))


def setup_of(asked: AskedTask, body: str, model: Settings, device: str) -> Any:
    """Return task, body and device of a command with the places of their files."""
    from orca.training.setup import Setup

    return Setup(
        task_name=asked.name,
        task_entry=asked.entry,
        task=asked.task,
        body=body,
        model=model,  # type: ignore[arg-type]
        prepared=Path(layout.path("fit", task=asked.name)),
        weights=Path(layout.path("bodies", body=body)),
        device=device_of(device),
    )


def write_stamp(folder: str, seeds: tuple[int, ...], facts: Mapping[int, Any]) -> None:
    """Write the file that says that a job's runs are finished, with the facts of each.

    Only the workflow's jobs write one, because it vouches for settings that the workflow wrote.
    """
    from orca.provenance import write_json

    path = Path(layout.stamp(folder, layout.seeds_name(seeds)))
    write_json(path, {f"seed{seed}": content for seed, content in facts.items()})
