"""Options that several commands share, and how their values are read."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from orca.configuration import Choices
from orca.data.task import TASKS, Task
from orca.settings import FinetuneSettings, checked

Verb = Callable[..., Any]
FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)


@dataclass(frozen=True)
class AskedTask:
    """A task that a command is told of.

    Args:
        name: of the task.
        task: its declaration.
        argument: what the command was told: the name, or JSON with a user's whole entry.
    """

    name: str
    task: Task
    argument: str


def read_task(argument: str) -> AskedTask:
    """Return the task that an argument names or describes.

    Raises:
        SettingsError: if there is none of that name, or the entry is at fault.
    """
    if argument.startswith("{"):
        from orca.data.user_task import task_of

        own = json.loads(argument)
        return AskedTask(own["name"], task_of(own["name"], own["entry"], where="tasks"), argument)
    return AskedTask(argument, TASKS.look_up(argument, where="--task"), argument)


class TaskArgument(click.ParamType[Any]):
    """A declared task's name, or JSON with the name and the entry of a user's own."""

    name = "task"

    def convert(self, value: Any, param: Any, ctx: Any) -> AskedTask:
        """Return the task."""
        del param, ctx
        return value if isinstance(value, AskedTask) else read_task(value)


class SettingsArgument(click.ParamType[Any]):
    """Settings as JSON."""

    def __init__(self, model: Any) -> None:
        self.model, self.name = model, "json"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return the checked settings."""
        del ctx
        if not isinstance(value, str):
            return value
        where = f"--{param.name}" if param else "settings"
        return checked(self.model, json.loads(value), where=where)


def options(*declared: Verb) -> Callable[[Verb], Verb]:
    """Return a decorator that adds several options, in their order."""

    def add(command: Verb) -> Verb:
        for option in reversed(declared):
            command = option(command)
        return command

    return add


TASK = click.option("--task", type=TaskArgument(), required=True, help="What is predicted.")
BODY = click.option("--body", required=True, help="Name of the pretrained body.")
DEVICE = click.option("--device", default="auto", show_default=True, help="auto, cpu or cuda.")
SEEDS = click.option("--seed", "seeds", type=int, multiple=True, required=True, help="Repeatable.")
OUT = click.option("--out", type=FOLDER, required=True, help="Folder of the outputs.")
OUT_FILE = click.option("--out", type=FILE, required=True, help="The file to write.")
CELL = options(
    TASK,
    BODY,
    click.option("--prepared", type=FILE, required=True, help="The task's fit.h5."),
    click.option("--weights", type=FOLDER, required=True, help="Folder of the body's weights."),
    click.option(
        "--settings", type=SettingsArgument(FinetuneSettings), default="{}", help="As JSON."
    ),
    click.option("--tuned", type=FILE, help="best.yaml of a search, put over the settings."),
    DEVICE,
)
PLACES = options(
    OUT,
    click.option("--state", type=FOLDER, required=True, help="Folder for unfinished progress."),
)


def device_of(name: str) -> Any:
    """Return the device that an option names, held until the command ends."""
    from orca.training.gpu_slot import held_device
    from orca.training.parallel import device_of_rank

    return click.get_current_context().with_resource(held_device(device_of_rank(name)))


def cell_of(given: dict[str, Any]) -> Any:
    """Take a cell's options out of a command's arguments and return the cell."""
    from orca.training.cell import Cell
    from orca.tuning.best import with_tuned

    asked, tuned, settings = given.pop("task"), given.pop("tuned"), given.pop("settings")
    return Cell(
        task_name=asked.name,
        task_argument=asked.argument,
        task=asked.task,
        body=given.pop("body"),
        settings=with_tuned(settings, tuned) if tuned else settings,
        prepared=given.pop("prepared"),
        weights=given.pop("weights"),
        device=device_of(given.pop("device")),
    )


def cell_of_run(run: Path, device: str) -> Any:
    """Return the cell that a finished run's record tells of."""
    from orca.training.cell import Cell
    from orca.training.record import read_run

    record = read_run(run / "run.json")
    asked = read_task(record["task_argument"])
    return Cell(
        task_name=asked.name,
        task_argument=asked.argument,
        task=asked.task,
        body=record["body"],
        settings=checked(FinetuneSettings, record["settings"], where=f"{run}/run.json"),
        prepared=Path(record["prepared"]),
        weights=Path(record["weights"]),
        device=device_of(device),
    )


CHOICES = click.option(
    "--choices", type=SettingsArgument(Choices), default="{}", help="config.yaml as JSON."
)
PUBLISHED = click.option(
    "--published", type=FOLDER, default=Path("config/published"), show_default=True
)
