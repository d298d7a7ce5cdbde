"""Makes a table from score files and writes it in every format."""

import csv
import io
from pathlib import Path

from orca.errors import ResultsError
from orca.experiment import PROTOCOLS, Experiment
from orca.provenance import write_text
from orca.reporting.declared_figure import FIGURES, plot
from orca.reporting.declared_table import TABLES
from orca.reporting.latex import to_latex
from orca.reporting.markdown import to_markdown
from orca.reporting.page import page_of
from orca.reporting.profiles import plot_profile
from orca.reporting.published import read_published
from orca.reporting.ranks import LEAST_TASKS, plot_ranks
from orca.reporting.scores import ScoreFolder
from orca.reporting.table_records import FilledTable
from orca.text_files import csv_cell

CSV_COLUMNS = (
    "row", "column", "metric", "direction", "body", "status", "mean", "std", "n",
    "published", "published_std", "published_text", "verdict", "difference", "ratio", "margin",
    "p_different", "p_equivalent",
)  # fmt: skip

NO_RUNS = Experiment().model_copy(update={"seeds": 0})  # the papers' bodies, and no seed


def tabulate(
    table: str, *, scores: Path, out: Path, published: Path, experiment: Experiment
) -> None:
    """Write `out/<table>.csv`, `.md`, `.tex`, `.html` and `.json`.

    The cell of a run that is missing or has failed says so; none is left out.

    Raises:
        SettingsError: if there is no such table.
        ResultsError: if scores cannot stand in one table, or a published number is at fault.
    """
    declared = TABLES.look_up(table, where="the table asked for")
    numbers = read_published(published)
    write_table(declared.fill(table, ScoreFolder(scores), numbers, experiment), out)


def write_table(table: FilledTable, out: Path) -> None:
    """Write a filled table in every format; JSON holds all that the others show."""
    texts = {
        "csv": to_csv(table),
        "md": to_markdown(table),
        "tex": to_latex(table),
        "html": page_of("table.html", table=table),
        "json": table.model_dump_json(indent=1) + "\n",
    }
    for ending, text in texts.items():
        write_text(out / f"{table.name}.{ending}", text)


def to_csv(table: FilledTable) -> str:
    """Return one line for each cell, with full digits; empty where there is nothing."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for row, cells in zip(table.rows, table.cells, strict=True):
        for column, cell in zip(table.columns, cells, strict=True):
            ours, theirs, verdict = cell.ours, cell.theirs, cell.verdict
            values: list[object] = [row.name, column.name, cell.metric, cell.direction, cell.body]
            values += [getattr(ours, field, None) for field in ("status", "mean", "std", "n")]
            values += [getattr(theirs, field, None) for field in ("value", "std", "text")]
            values += [
                getattr(verdict, field, None)
                for field in CSV_COLUMNS[CSV_COLUMNS.index("verdict") :]
            ]
            writer.writerow(["" if value is None else csv_cell(value) for value in values])
    return out.getvalue()


def render_published(out: Path, published: Path) -> None:
    """Render every table and figure of the papers from their published numbers, without a run.

    Tables go to `out/tables`, figures to `out/figures`.
    """
    names = [name for name, table in TABLES.items() if table.paper]
    _render(names, out, ScoreFolder(out), published, NO_RUNS)


def render_scores(out: Path, *, scores: Path, published: Path, experiment: Experiment) -> None:
    """Render every table that any score belongs to, their profiles and the figures from them.

    Nothing but the score files is read: no data, no weights, no record of a workflow. Tables go to
    `out/tables`, figures to `out/figures`.

    Raises:
        ResultsError: if there is no score of any table, or scores cannot stand in one table.
    """
    folder = ScoreFolder(scores)
    names = [
        name
        for name, table in TABLES.items()
        if any(folder.path(run).exists() for run in table.runs(experiment))
    ]
    if not names:
        raise ResultsError(
            where=str(scores),
            what="no score in it belongs to a table"
            if scores.is_dir()
            else "there is no such folder",
            mend="unpack an archive that `orca scores pack` made, or run `snakemake all`",
        )
    _render(names, out, folder, published, experiment)
    protocol = PROTOCOLS[experiment.protocol]
    for name in names:
        table, stem = out / "tables" / f"{name}.json", str(out / "figures" / name)
        if TABLES[name].ranked:
            plot_profile(table, Path(f"{stem}_profile"), protocol)
            if len(TABLES[name].all_rows(experiment)) >= LEAST_TASKS:
                plot_ranks(table, Path(f"{stem}_ranks"), protocol)


def _render(
    names: list[str], out: Path, scores: ScoreFolder, published: Path, experiment: Experiment
) -> None:
    """Write some tables, and draw the figures that need nothing but one of them."""
    numbers = read_published(published)
    for name in names:
        write_table(TABLES[name].fill(name, scores, numbers, experiment), out / "tables")
    for name, figure in FIGURES.items():
        if figure.table in names and not (figure.predictions or figure.alignments):
            table = out / "tables" / f"{figure.table}.json"
            plot(name, [table], out / "figures", experiment=experiment)
