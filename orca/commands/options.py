"""Options that several commands share, and how their values are read."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from orca.data.task import TASKS, Task
from orca.settings import Choices, FinetuneSettings, checked

Verb = Callable[..., Any]
FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)


class TaskArgument(click.ParamType[Any]):
    """A declared task's name, or JSON with the name and the entry of a user's own."""

    name = "task"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, Task]:
        """Return the task's name and its declaration."""
        del param, ctx
        if isinstance(value, tuple):
            return value
        if value.startswith("{"):
            from orca.data.user_task import task_of

            own = json.loads(value)
            return own["name"], task_of(own["name"], own["entry"], where="tasks")
        return value, TASKS.look_up(value, where="--task")


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


def cell_of(given: dict[str, Any]) -> Any:
    """Take a cell's options out of a command's arguments and return the cell."""
    from orca.training.build import choose_device
    from orca.training.cell import Cell
    from orca.tuning.best import with_tuned

    (name, task), tuned = given.pop("task"), given.pop("tuned")
    settings = given.pop("settings")
    return Cell(
        task_name=name,
        task=task,
        body=given.pop("body"),
        settings=with_tuned(settings, tuned) if tuned else settings,
        prepared=given.pop("prepared"),
        weights=given.pop("weights"),
        device=choose_device(given.pop("device")),
    )


CHOICES = click.option(
    "--choices", type=SettingsArgument(Choices), default="{}", help="config.yaml as JSON."
)
PUBLISHED = click.option(
    "--published", type=FOLDER, default=Path("config/published"), show_default=True
)
