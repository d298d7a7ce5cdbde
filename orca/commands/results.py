"""Commands about results: tables, figures, the report, comparisons."""

from pathlib import Path
from typing import Any

import click

from orca.commands.options import FOLDER, OUT, OUT_FILE, PUBLISHED
from orca.workflow import layout

SCORES = click.option(
    "--scores", type=FOLDER, default=Path(layout.root("scores")), show_default=True
)
TABLES_FOLDER, FIGURES_FOLDER = Path(layout.root("tables")), Path(layout.root("figures"))


def _experiment() -> Any:
    """Return which runs there are, as the workflow wrote it; the defaults where it did not."""
    from orca.experiment import Experiment
    from orca.settings import checked, read_yaml

    path = Path(layout.path("experiment"))
    return checked(Experiment, read_yaml(path), where=str(path)) if path.exists() else Experiment()


def _protocol() -> str:
    """Return what is said of the protocol under a figure."""
    from orca.experiment import PROTOCOLS

    return PROTOCOLS[_experiment().protocol]


@click.command()
@click.argument("table")
@SCORES
@PUBLISHED
def tabulate(table: str, scores: Path, published: Path) -> None:
    """Build a table in every format from score files."""
    from orca.reporting.tabulate import tabulate as build

    build(table, scores=scores, out=TABLES_FOLDER, published=published, experiment=_experiment())


@click.group()
def plot() -> None:
    """Draw figures."""


@plot.command()
@click.argument("table")
def profile(table: str) -> None:
    """Draw a table's performance profile."""
    from orca.reporting.profiles import plot_profile

    plot_profile(TABLES_FOLDER / f"{table}.json", FIGURES_FOLDER / f"{table}_profile", _protocol())


@plot.command()
@click.argument("table")
def ranks(table: str) -> None:
    """Draw the average ranks of a table's methods with their critical difference."""
    from orca.reporting.ranks import plot_ranks

    plot_ranks(TABLES_FOLDER / f"{table}.json", FIGURES_FOLDER / f"{table}_ranks", _protocol())


@plot.command()
@click.argument("table")
def alignment(table: str) -> None:
    """Draw the distance to the source over the epochs of the alignments behind a table."""
    from orca.reporting.history_drawing import plot_alignment
    from orca.settings import read_yaml

    histories = read_yaml(Path(layout.path("histories", table=table)))["histories"]
    plot_alignment(
        [Path(path) for path in histories], FIGURES_FOLDER / f"{table}_alignment", _protocol()
    )


@plot.command()
@click.argument("figure")
def figure(figure: str) -> None:
    """Draw a figure of a paper."""
    from orca.reporting.declared_figure import plot as draw
    from orca.settings import read_yaml

    inputs = read_yaml(Path(layout.path("figure_inputs", figure=figure)))["inputs"]
    draw(figure, list(map(Path, inputs)), FIGURES_FOLDER, experiment=_experiment())


@click.command()
@click.argument("name")
def report(name: str) -> None:
    """Write a report, one HTML file complete in itself, as the workflow describes it."""
    from orca.reporting.prediction_pages import Folders
    from orca.reporting.report import write_report
    from orca.settings import read_yaml

    given = read_yaml(Path(layout.path("report_settings", report=name)))
    write_report(
        Path(layout.path("report", report=name)),
        tables=[TABLES_FOLDER / f"{table}.json" for table in given["tables"]],
        folders=Folders(
            figures=FIGURES_FOLDER,
            prepared=Path(layout.root("prepared")),
            scores=Path(layout.root("scores")),
        ),
        histories=[Path(path) for path in given["histories"]],
        settings=given["configuration"],
        experiment=_experiment(),
    )


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
@click.option("--results", type=FOLDER, default=Path(layout.RESULTS), show_default=True)
@OUT_FILE
def pack(results: Path, out: Path) -> None:
    """Pack all score files into one archive, from which every table can be built."""
    from orca.reporting.scores import pack_scores

    pack_scores(results, out)


@scores.command()
@SCORES
@PUBLISHED
@OUT
def render(scores: Path, published: Path, out: Path) -> None:
    """Render every table and figure of the score files, from these alone."""
    from orca.reporting.tabulate import render_scores

    render_scores(out, scores=scores, published=published, experiment=_experiment())
