"""Makes a table from score files and writes it in every format."""

from pathlib import Path

from orca.reporting.cells import TableData
from orca.reporting.page import to_html
from orca.reporting.published import read_published
from orca.reporting.render import to_csv, to_latex, to_markdown
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
