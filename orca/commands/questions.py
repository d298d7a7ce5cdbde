"""Commands that answer questions, and remake what is generated."""

from pathlib import Path

import click

from orca.commands.options import FOLDER


@click.command()
@click.option("--root", type=FOLDER, default=Path(), help="Of the repository.")
def write_config_reference(root: Path) -> None:
    """Remake config/README.md and the editors' schema from the settings."""
    from orca.config_reference import write

    write(root)


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
def inspect(path: Path) -> None:
    """Print what a file under results/ is, from what, and its figures."""
    from orca.inspection import inspect as tell

    click.echo(tell(path))
