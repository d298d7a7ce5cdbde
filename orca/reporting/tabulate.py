"""Makes a table from score files and writes it in every format."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orca.errors import ResultsError
from orca.reporting.cells import TableData
from orca.reporting.figure import FIGURES, plot
from orca.reporting.figures import plot_profile
from orca.reporting.latex import to_latex
from orca.reporting.page import to_html
from orca.reporting.published import read_published
from orca.reporting.render import to_csv, to_markdown
from orca.reporting.sources import Sources
from orca.reporting.table import TABLES, Choices


def tabulate(table: str, *, scores: Path, out: Path, published: Path, choices: Choices) -> None:
    """Write `out/<table>.csv`, `.md`, `.tex`, `.html` and `.json`.

    A run that is missing or has failed is said so in its cell; none is left out.

    Args:
        table: its name in `orca.reporting.tables`.
        scores: folder of score files.
        out: folder for the formats.
        published: folder of the papers' numbers.
        choices: bodies and seeds.

    Raises:
        SettingsError: if there is no such table.
        ResultsError: if scores cannot stand in one table, or a published number is at fault.
    """
    declared = TABLES.look_up(table, where="the table asked for")
    sources = Sources(scores=scores, published=read_published(published), metadata=published)
    write_table(declared.fill(table, sources, choices), out)


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
    sources = Sources(scores=None, published=read_published(published), metadata=published)
    choices = NoRuns()
    for name, table in TABLES.items():
        if table.paper:
            write_table(table.fill(name, sources, choices), out / "tables")
    _draw_figures(out)


def render_scores(out: Path, *, scores: Path, published: Path, choices: Choices) -> None:
    """Render every table that any score belongs to, their profiles and the figures from them.

    Nothing but the score files is read: no data, no weights, no record of a workflow.

    Args:
        out: folder; tables go to `out/tables`, figures to `out/figures`.
        scores: folder of score files.
        published: folder of the papers' numbers.
        choices: bodies and seeds.

    Raises:
        ResultsError: if there is no score of any table, or scores cannot stand in one table.
    """
    sources = Sources(scores=scores, published=read_published(published), metadata=published)
    names = [
        name
        for name, table in TABLES.items()
        if any((scores / f"{run.path}.json").exists() for run in table.runs(choices))
    ]
    if not names:
        raise ResultsError(
            where=str(scores),
            what="no score in it belongs to a table",
            mend="unpack an archive that `orca scores pack` made, or run `snakemake all`",
        )
    for name in names:
        write_table(TABLES[name].fill(name, sources, choices), out / "tables")
        if getattr(TABLES[name], "ranked", False):
            plot_profile(out / "tables" / f"{name}.json", out / "figures" / f"{name}_profile")
    _draw_figures(out)


def _draw_figures(results: Path) -> None:
    """Draw the figures that need nothing but a table which is there."""
    for name, figure in FIGURES.items():
        table = results / "tables" / f"{figure.table}.json"
        if figure.table and not figure.files and table.exists():
            plot(name, results=results, out=results / "figures")


@dataclass(frozen=True)
class NoRuns:
    """Choices for rendering what was published: the papers' bodies, and no seed."""

    bodies: Mapping[str, str] = field(
        default_factory=lambda: {"sequence": "roberta_base", "grid": "swin_base"}
    )
    tasks: Mapping[str, Any] = field(default_factory=dict)

    def seeds_of(self, task: str, body: str) -> tuple[int, ...]:
        """Return no seed."""
        del task, body
        return ()
