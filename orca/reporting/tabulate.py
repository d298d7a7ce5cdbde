"""Makes a table from score files and writes it in every format."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orca.reporting.cells import TableData
from orca.reporting.figure import FIGURES, plot
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
    for name, figure in FIGURES.items():
        if figure.table and not figure.files:
            plot(name, results=out, out=out / "figures")


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
