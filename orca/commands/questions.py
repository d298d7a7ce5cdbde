"""Commands that answer questions, and remake what is generated."""

from pathlib import Path
from typing import Any

import click

from orca.commands.options import FILE, FOLDER, TASK, AskedTask
from orca.errors import ResultsError
from orca.provenance import RECORD
from orca.workflow import layout


@click.command()
@click.option("--root", type=FOLDER, default=Path(), help="Of the repository.")
def write_config_reference(root: Path) -> None:
    """Remake config/README.md and the editors' schemas from the settings."""
    from orca.config_reference import write

    write(root)


@click.command()
@click.argument("targets", nargs=-1, required=True)
@click.option("--snakefile", type=FILE, default=Path("Snakefile"), show_default=True)
@click.option("--configfile", "config_files", type=FILE, multiple=True, help="Repeatable.")
@click.option("--directory", "folder", type=FOLDER, default=Path(), help="That it would run in.")
def plan(targets: tuple[str, ...], **given: Any) -> None:
    """Print what targets would cost: jobs by step, gigabytes, GPU hours. Nothing is run."""
    from orca.workflow.plan import plan as cost_of

    click.echo(cost_of(targets, **given))


@click.command()
@TASK
def bodies(task: AskedTask) -> None:
    """Print the bodies that have been aligned to a task, the closest first."""
    from orca.reporting.body_distances import bodies_by_distance

    records = sorted(Path(layout.root("aligned"), task.name).glob(f"*/*/seed*/{RECORD}"))
    ranking = bodies_by_distance(records)
    if not ranking:
        name = layout.alignment_name("otdd", "pretrained")
        place = layout.run_folder("aligned", task.name, "<body>", name)
        raise ResultsError(
            where=f"orca bodies {task.name}",
            what="no body has been aligned to this task with samples held out",
            mend=f"align some: snakemake {layout.stamp(place, 'seed0')}",
        )
    click.echo(ranking)


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
def inspect(path: Path) -> None:
    """Print what a file under results/ is, from what, and its figures."""
    from orca.inspection import inspect as describe

    click.echo(describe(path))
