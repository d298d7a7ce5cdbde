"""Makes a table from score files and writes it in every format."""

from pathlib import Path

from orca.errors import ResultsError
from orca.experiment import Experiment
from orca.reporting.cells import TableData
from orca.reporting.figure import FIGURES, plot
from orca.reporting.figures import plot_profile
from orca.reporting.latex import to_latex
from orca.reporting.page import to_html
from orca.reporting.render import to_csv, to_markdown
from orca.reporting.table import TABLES
from orca.reporting.table_inputs import TableInputs


def tabulate(
    table: str, *, scores: Path, out: Path, published: Path, experiment: Experiment
) -> None:
    """Write `out/<table>.csv`, `.md`, `.tex`, `.html` and `.json`.

    The cell of a run that is missing or has failed says so; none is left out.

    Args:
        table: its name in `orca.reporting.tables`.
        scores: folder of score files.
        out: folder for the formats.
        published: folder of the papers' numbers.
        experiment: bodies, seeds and the user's own tasks.

    Raises:
        SettingsError: if there is no such table.
        ResultsError: if scores cannot stand in one table, or a published number is at fault.
    """
    declared = TABLES.look_up(table, where="the table asked for")
    inputs = TableInputs.read(scores=scores, published=published)
    write_table(declared.fill(table, inputs, experiment), out)


def write_table(table: TableData, out: Path) -> None:
    """Write a filled table in every format; JSON holds all that the others show."""
    out.mkdir(parents=True, exist_ok=True)
    texts = {
        "csv": to_csv(table),
        "md": to_markdown(table),
        "tex": to_latex(table),
        "html": to_html(table),
        "json": table.model_dump_json(indent=1) + "\n",
    }
    for ending, text in texts.items():
        (out / f"{table.name}.{ending}").write_text(text, encoding="utf-8")


def render_published(out: Path, published: Path) -> None:
    """Render every table and figure of the papers from their published numbers, without a run.

    Args:
        out: folder; tables go to `out/tables`, figures to `out/figures`.
        published: folder of the papers' numbers.
    """
    inputs = TableInputs.read(scores=None, published=published)
    for name, table in TABLES.items():
        if table.paper:
            write_table(table.fill(name, inputs, NoRuns()), out / "tables")
    _draw_figures(out)


def render_scores(out: Path, *, scores: Path, published: Path, experiment: Experiment) -> None:
    """Render every table that any score belongs to, their profiles and the figures from them.

    Nothing but the score files is read: no data, no weights, no record of a workflow.

    Args:
        out: folder; tables go to `out/tables`, figures to `out/figures`.
        scores: folder of score files.
        published: folder of the papers' numbers.
        experiment: bodies, seeds and the user's own tasks.

    Raises:
        ResultsError: if there is no score of any table, or scores cannot stand in one table.
    """
    inputs = TableInputs.read(scores=scores, published=published)
    names = [
        name
        for name, table in TABLES.items()
        if any((scores / run.score_file).exists() for run in table.runs(experiment))
    ]
    if not names:
        raise ResultsError(
            where=str(scores),
            what="no score in it belongs to a table",
            mend="unpack an archive that `orca scores pack` made, or run `snakemake all`",
        )
    for name in names:
        write_table(TABLES[name].fill(name, inputs, experiment), out / "tables")
        if getattr(TABLES[name], "ranked", False):
            plot_profile(out / "tables" / f"{name}.json", out / "figures" / f"{name}_profile")
    _draw_figures(out)


def _draw_figures(out: Path) -> None:
    """Draw the figures that need nothing but a table which is there."""
    for name, figure in FIGURES.items():
        table = out / "tables" / f"{figure.table}.json"
        if figure.table and table.exists() and not (figure.predictions or figure.alignments):
            plot(name, [table], out / "figures")


class NoRuns(Experiment):
    """The experiment of rendering what was published: the papers' bodies, and no seed."""

    def seeds_of(self, task: str, body: str) -> tuple[int, ...]:
        """Return no seed."""
        del task, body
        return ()
