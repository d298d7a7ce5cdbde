"""Commands about data and weights: bring, check, prepare."""

from pathlib import Path

import click

from orca.commands.options import BODY, FILE, FOLDER, TASK, AskedTask, TaskArgument
from orca.workflow import layout


@click.command()
@click.option("--task", type=TaskArgument(), help="Fetch what this task reads.")
@click.option("--proxy", help="Fetch what this source proxy reads.")
def fetch(task: AskedTask | None, proxy: str | None) -> None:
    """Bring raw files, checked, to the folder of their source."""
    from orca.data.fetch import fetch as bring
    from orca.data.proxy import PROXIES

    if (task is None) == (proxy is None):
        raise click.UsageError("give either --task or --proxy")
    source = task.task if task else PROXIES.look_up(str(proxy), where="--proxy")
    bring(source, Path(layout.path("raw", source=source.source)))


@click.command()
@BODY
@click.option("--folder", type=FOLDER, help="A folder that holds the weights already.")
def fetch_body(body: str, folder: Path | None) -> None:
    """Bring a body's weights, checked."""
    from orca.models.weights import fetch_weights

    named = f"named in config/config.yaml as `body_folders: {{{body}: <folder>}}`"
    fetch_weights(body, Path(layout.path("bodies", body=body)), folder=folder, named=named)


@click.command()
@TASK
def prepare(task: AskedTask) -> None:
    """Read, check, normalise and split a task's raw files, and draw a few samples."""
    from orca.data.picture import draw_samples
    from orca.data.prepare import prepare as write
    from orca.data.user_task import entry_of
    from orca.training.task_checks import check_names, check_parts

    out = Path(layout.path("prepared", task=task.name))
    entry = entry_of(task.entry, where=task.name) if task.entry is not None else None
    if entry:
        check_names(task.task, entry, where=task.name)
    write(task.task, task.name, Path(layout.path("raw", source=task.task.source)), out)
    if entry:
        check_parts(task.task, entry, out)
    draw_samples(
        task.task,
        Path(layout.path("fit", task=task.name)),
        Path(layout.path("picture", task=task.name)),
    )


RAW = click.option("--raw", type=FOLDER, default=Path(layout.root("raw")), show_default=True)


@click.group()
def data() -> None:
    """Ask what raw data are there, and add files that a person brings."""


@data.command()
@RAW
@click.option("--configfile", "config_files", type=FILE, multiple=True, help="With tasks of yours.")
def status(raw: Path, config_files: tuple[Path, ...]) -> None:
    """List all sources: what is there, what is missing, how large, where to put it."""
    from orca.data.status import data_status
    from orca.data.user_task import entries_in, task_of
    from orca.settings import read_yaml

    own = {
        name: task_of(name, entry, where=f"{path}, tasks")
        for path in config_files
        for name, entry in entries_in(read_yaml(path), where=str(path)).items()
    }

    sources = data_status(raw, own)
    width = max(len(source.source) for source in sources)
    click.echo(f"{'source':<{width}}  {'state':<9}{'have':>12}{'of':>12}  used by; how to get it")
    for source in sources:
        of = "?" if source.published is None else f"{source.published / 1e6:.1f} MB"
        line = f"{source.source:<{width}}  {source.state:<9}{source.have / 1e6:>9.1f} MB{of:>12}"
        click.echo(f"{line}  {', '.join(source.used_by)}")
        if source.missing:
            click.echo(f"    {source.how}")


@data.command()
@click.argument("source")
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option("--trust", "trusted", is_flag=True, help="You vouch for pickles among them.")
@RAW
def add(source: str, path: Path, raw: Path, *, trusted: bool) -> None:
    """Take a source's files from a path, and check them."""
    from orca.data.status import add_source

    for taken in add_source(source, path, raw, trusted=trusted):
        click.echo(taken)
