"""Commands about data and weights: bring, check, prepare."""

from pathlib import Path

import click

from orca.commands.options import BODY, FOLDER, OUT, TASK, AskedTask, TaskArgument


@click.command()
@click.option("--task", type=TaskArgument(), help="Fetch what this task reads.")
@click.option("--proxy", help="Fetch what this source proxy reads.")
@OUT
def fetch(task: AskedTask | None, proxy: str | None, out: Path) -> None:
    """Bring raw files, checked, to a folder."""
    from orca.data.fetch import fetch as bring
    from orca.data.source import PROXIES

    if (task is None) == (proxy is None):
        raise click.UsageError("give either --task or --proxy")
    bring(task.task if task else PROXIES.look_up(str(proxy), where="--proxy"), out)


@click.command()
@BODY
@click.option("--folder", type=FOLDER, help="A folder that holds the weights already.")
@OUT
def fetch_body(body: str, folder: Path | None, out: Path) -> None:
    """Bring a body's weights, checked, to a folder."""
    from orca.models.weights import fetch_weights

    fetch_weights(body, out, folder=folder)


@click.command()
@TASK
@click.option("--raw", type=FOLDER, required=True, help="Raw folder of the task's source.")
@OUT
def prepare(task: AskedTask, raw: Path, out: Path) -> None:
    """Read, check, normalise and split a task's raw files."""
    from orca.data.prepare import prepare as write

    write(task.task, task.name, raw, out)
