"""Commands about results: tables, figures, the report, comparisons."""

from pathlib import Path
from typing import Any

import click

from orca.commands.options import CHOICES, FILE, FOLDER, OUT, OUT_FILE, PUBLISHED
from orca.configuration import Choices


@click.command()
@click.option("--table", required=True, help="Name of the table.")
@click.option("--scores", type=FOLDER, default=Path("results/scores"), show_default=True)
@PUBLISHED
@CHOICES
@OUT
def tabulate(table: str, **given: Any) -> None:
    """Build a table in every format from score files."""
    from orca.reporting.tabulate import tabulate as build

    build(table, **given)


@click.group()
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


@plot.command()
@click.option("--figure", required=True, help="Name of the figure.")
@click.option("--results", type=FOLDER, default=Path("results"), show_default=True)
@OUT
def figure(figure: str, results: Path, out: Path) -> None:
    """Draw a figure of a paper."""
    from orca.reporting.figure import plot as draw

    draw(figure, results=results, out=out)


@click.command()
@click.option("--results", type=FOLDER, default=Path("results"), show_default=True)
@click.option("--table", "tables", multiple=True, required=True, help="Repeatable.")
@click.option("--config", type=FOLDER, default=Path("config"), show_default=True)
@PUBLISHED
@CHOICES
@OUT_FILE
def report(
    results: Path,
    tables: tuple[str, ...],
    config: Path,
    published: Path,
    choices: Choices,
    out: Path,
) -> None:
    """Write the report: one HTML file, complete in itself."""
    from orca.grid import Grid
    from orca.ledger import ledger
    from orca.reporting.report import write_report

    steps = ledger(tables, grid=Grid(choices, config), results=results, published=published)
    settings = choices.model_dump(mode="json")
    write_report(results, out, tables=list(tables), settings=settings, steps=steps)


@click.command()
@click.argument("a", type=FOLDER)
@click.argument("b", type=FOLDER)
def compare(a: Path, b: Path) -> None:
    """Compare two results folders cell by cell: what moved beyond its spread."""
    from orca.reporting.compare import compare as difference

    click.echo(difference(a, b))


@click.command()
@PUBLISHED
@OUT
def published(published: Path, out: Path) -> None:
    """Render every table and figure of the papers from the published numbers alone."""
    from orca.reporting.tabulate import render_published

    render_published(out, published)


@click.group()
def scores() -> None:
    """Handle score files."""


@scores.command()
@click.option("--results", type=FOLDER, default=Path("results"), show_default=True)
@OUT_FILE
def pack(results: Path, out: Path) -> None:
    """Pack all score files into one archive, from which every table can be built."""
    from orca.reporting.scores import pack_scores

    pack_scores(results, out)


@scores.command()
@click.option("--scores", type=FOLDER, default=Path("results/scores"), show_default=True)
@PUBLISHED
@CHOICES
@OUT
def render(**given: Any) -> None:
    """Render every table and figure that the score files tell of, from these alone."""
    from orca.reporting.tabulate import render_scores

    render_scores(**given)
