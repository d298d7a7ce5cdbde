"""The commands: one verb per step and per question. Each parses and calls one function."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from orca import logs
from orca.data.task import TASKS, Task
from orca.errors import OrcaError
from orca.settings import Choices, FinetuneSettings, TuningSettings, checked

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


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="orca-cross-modal")
@click.option("-v", "--verbose", is_flag=True, help="Log every epoch.")
def orca(verbose: bool) -> None:  # noqa: FBT001 (click passes options by name)
    """Fine-tune pretrained transformers across modalities: align, then refine."""
    logs.set_up(verbose=verbose)


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


def _cell(given: dict[str, Any]) -> Any:
    """Take a cell's options out of `given` and return the cell."""
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


@orca.command()
@click.option("--task", type=TaskArgument(), help="Fetch what this task reads.")
@click.option("--proxy", help="Fetch what this source proxy reads.")
@OUT
def fetch(task: tuple[str, Task] | None, proxy: str | None, out: Path) -> None:
    """Bring raw files, checked, to a folder."""
    from orca.data.fetch import fetch as bring
    from orca.data.source import PROXIES

    if (task is None) == (proxy is None):
        raise click.UsageError("give either --task or --proxy")
    bring(task[1] if task else PROXIES.look_up(str(proxy), where="--proxy"), out)


@orca.command()
@BODY
@click.option("--folder", type=FOLDER, help="A folder that holds the weights already.")
@OUT
def fetch_body(body: str, folder: Path | None, out: Path) -> None:
    """Bring a body's weights, checked, to a folder."""
    from orca.models.weights import fetch_weights

    fetch_weights(body, out, folder=folder)


@orca.command()
@TASK
@click.option("--raw", type=FOLDER, required=True, help="Raw folder of the task's source.")
@OUT
def prepare(task: tuple[str, Task], raw: Path, out: Path) -> None:
    """Read, check, normalise and split a task's raw files."""
    from orca.data.prepare import prepare as write

    write(task[1], task[0], raw, out)


@orca.command()
@BODY
@click.option("--weights", type=FOLDER, required=True, help="Folder of the body's weights.")
@click.option("--raw", type=FOLDER, required=True, help="Raw folder of the source proxy.")
@click.option("--samples", type=click.IntRange(min=1), default=5000, show_default=True)
@DEVICE
@OUT_FILE
def embed_source(**given: Any) -> None:
    """Pass a source proxy through the body's own embedding, once."""
    from orca.training.build import choose_device
    from orca.training.embed_source import embed_source as embed

    embed(given.pop("body"), **given | {"device": choose_device(given["device"])})


@orca.command()
@click.option("--distance", required=True, help="Name of the distance.")
@click.option("--source", type=FILE, required=True, help="What embed_source wrote.")
@click.option("--settings", default="{}", help="Of the distance, as JSON.")
@DEVICE
@OUT_FILE
def source_terms(**given: Any) -> None:
    """Compute what a distance needs of the source, once."""
    from orca.training.build import choose_device
    from orca.training.embed_source import source_terms as compute

    given |= {
        "device": choose_device(given["device"]),
        "settings": json.loads(given["settings"]),
    }
    compute(given.pop("distance"), **given)


SEARCH = options(
    CELL,
    click.option("--space", required=True, help="Values by setting, as JSON."),
    click.option("--search", type=SettingsArgument(TuningSettings), default="{}", help="As JSON."),
    click.option("--state", type=FOLDER, required=True, help="Folder that the workers share."),
)


def _search(given: dict[str, Any]) -> Any:
    from orca.tuning.search import Search

    return Search(
        cell=_cell(given),
        space=json.loads(given.pop("space")),
        settings=given.pop("search"),
        folder=given.pop("state"),
    )


@orca.command()
@SEARCH
@OUT_FILE
def tune_worker(**given: Any) -> None:
    """Run trials of a shared search until it has enough; one of several workers."""
    from orca.provenance import write_json

    out = given.pop("out")
    search = _search(given)
    search.work()
    write_json(out, {"study": search.name})


@orca.command()
@SEARCH
@OUT
def tune(**given: Any) -> None:
    """Run what is missing of a search, and write its trials and the best settings."""
    from orca.tuning.best import close

    out = given.pop("out")
    search = _search(given)
    search.work()
    close(search, out)


@orca.command()
@CELL
@click.option("--method", required=True, help="Names the distance and the embedder's start.")
@click.option("--source", type=FILE, required=True, help="What embed_source wrote.")
@click.option("--terms", type=FILE, required=True, help="What source_terms wrote.")
@SEEDS
@PLACES
def align(**given: Any) -> None:
    """Train the embedder until the target's features lie like the source's (stage two)."""
    from orca.methods.method import METHODS
    from orca.training.cell import Places, run_seeds
    from orca.training.run_align import Align, SourceFiles

    step = Align(
        cell=_cell(given),
        method=METHODS.look_up(given["method"], where="--method"),
        source=SourceFiles(features=given["source"], terms=given["terms"]),
    )
    run_seeds(step, given["seeds"], Places(out=given["out"], state=given["state"]))


@orca.command()
@CELL
@click.option("--method", required=True, help="Name of the method.")
@click.option("--aligned", type=FOLDER, help="Folder of the aligned embedders.")
@click.option("--source", type=FILE, help="Source of the body, for methods that train on it.")
@click.option("--test", type=FILE, help="test.h5, for selection: test_as_published.")
@click.option("--keep-failure", is_flag=True, help="Record a failed run instead of ending.")
@SEEDS
@PLACES
def finetune(**given: Any) -> None:
    """Train the weights on the task (stage three)."""
    from orca.training.cell import Places, run_seeds
    from orca.training.run_finetune import Finetune

    seeds = given.pop("seeds")
    places = Places(out=given.pop("out"), state=given.pop("state"))
    run_seeds(Finetune(cell=_cell(given), **given), seeds, places)


@orca.command()
@CELL
@click.option("--runs", type=FOLDER, required=True, help="Folder of the finished runs.")
@click.option("--test", type=FILE, required=True, help="The task's test.h5.")
@click.option("--scores", type=FOLDER, required=True, help="Folder for the scores.")
@click.option("--hyperparameters", required=True, help="Where the runs' settings come from.")
@SEEDS
def evaluate(**given: Any) -> None:
    """Score finished runs on the test split."""
    from orca.training.evaluate import evaluate as score

    cell = _cell(given)
    score(cell, given.pop("seeds"), **given)


CHOICES = click.option(
    "--choices", type=SettingsArgument(Choices), default="{}", help="config.yaml as JSON."
)
PUBLISHED = click.option(
    "--published", type=FOLDER, default=Path("config/published"), show_default=True
)


@orca.command()
@click.option("--table", required=True, help="Name of the table.")
@click.option("--scores", type=FOLDER, default=Path("results/scores"), show_default=True)
@PUBLISHED
@CHOICES
@OUT
def tabulate(table: str, **given: Any) -> None:
    """Build a table in every format from score files."""
    from orca.reporting.tabulate import tabulate as build

    build(table, **given)


@orca.group()
def plot() -> None:
    """Draw figures."""


STEM = click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="Path without an ending."
)


@plot.command()
@click.option("--table", type=FILE, required=True, help="A table's JSON.")
@STEM
def profile(table: Path, out: Path) -> None:
    """Draw a table's performance profile."""
    from orca.reporting.figures import plot_profile

    plot_profile(table, out)


@plot.command()
@click.argument("histories", type=FILE, nargs=-1, required=True)
@STEM
def alignment(histories: tuple[Path, ...], out: Path) -> None:
    """Draw the distance to the source over the epochs of alignment."""
    from orca.reporting.figures import plot_alignment

    plot_alignment(list(histories), out)


@orca.command()
@click.option("--results", type=FOLDER, default=Path("results"), show_default=True)
@click.option("--table", "tables", multiple=True, required=True, help="Repeatable.")
@CHOICES
@OUT_FILE
def report(results: Path, tables: tuple[str, ...], choices: Choices, out: Path) -> None:
    """Write the report: one HTML file, complete in itself."""
    from orca.reporting.report import write_report

    write_report(results, out, tables=list(tables), settings=choices.model_dump(mode="json"))


@orca.command()
@click.option("--root", type=FOLDER, default=Path(), help="Of the repository.")
def write_config_reference(root: Path) -> None:
    """Remake config/README.md and the editors' schema from the settings."""
    from orca.config_reference import write

    write(root)


def main() -> None:
    """Run the command line; an error that a person can put right is printed without a trace."""
    logs.set_up()
    try:
        orca(standalone_mode=False)
    except OrcaError as fault:
        logs.log.error("%s", fault)
        sys.exit(fault.exit_status)
    except click.ClickException as fault:
        fault.show()
        sys.exit(fault.exit_code)
    except click.Abort:
        sys.exit(130)


if __name__ == "__main__":
    main()
