"""Puts tables, figures, data and records into one HTML file that needs nothing else."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from markupsafe import Markup

from orca.errors import ResultsError
from orca.experiment import PROTOCOLS, Experiment
from orca.provenance import write_text
from orca.reporting.data_pages import data_pages
from orca.reporting.declared_figure import FIGURES
from orca.reporting.declared_table import TABLES
from orca.reporting.filled_table import VERDICTS, FilledTable, RunOfCell, read_table
from orca.reporting.history_drawing import training_curves
from orca.reporting.look import Drawing, read_svg
from orca.reporting.page import environment
from orca.reporting.prediction_pages import WORST, WORST_TITLES, Folders, predictions_shown
from orca.reporting.run_costs import Records, costs, seconds_in_words, software
from orca.reporting.verdicts import EXPLANATION

OF_TABLES = {  # titles and captions of the figures that a table has, by the end of their names
    "profile": (
        "Performance profile",
        "Each curve is the fraction of tasks on which a method's error is at most τ times the "
        "least of all methods (Dolan and Moré 2002). Up and to the left is better; the value at "
        "τ = 1 is the share of tasks won.",
    ),
    "ranks": (
        "Average ranks",
        "Average rank of each method over the tasks, 1 being best; a bar joins those that Nemenyi's "
        "test does not tell apart (Demšar 2006).",
    ),
    "alignment": (
        "Alignment",
        "Distance between the target's features and the source's, by epoch of stage two; thin "
        "lines are seeds, the strong one their mean.",
    ),
}
COSTS = (
    "Wall time of the runs in the tables, by task, body and method: mean over seeds for each phase, "
    "and the sum of all seeds."
)


@dataclass(frozen=True)
class Section:
    """A part of the report: heading, content, and anchors and titles that the contents list."""

    anchor: str
    title: str
    content: Markup
    entries: tuple[tuple[str, str], ...] = ()


def write_report(
    out: Path,
    *,
    tables: list[Path],
    folders: Folders,
    histories: list[Path],
    settings: dict[str, Any],
    experiment: Experiment,
) -> None:
    """Write the report: one HTML file, complete in itself.

    Args:
        out: the file to write.
        tables: the JSON files of those to show, in this order.
        folders: of figures, cards and predictions.
        histories: of fine-tuned runs; their paths end in
            `<task>/<body>/<method>/seed<k>/history.csv`.
        settings: as resolved; shown as they are.
        experiment: says by which protocol the runs were made.

    Raises:
        ResultsError: if a table is missing or cannot be read.
    """
    if not tables:
        raise ResultsError(
            where=str(out),
            what="a report needs at least one table",
            mend="name tables in config/config.yaml, `tables`",
        )
    shown = [read_table(path) for path in tables]
    cells = [cell for table in shown for row in table.cells for cell in row]
    runs = {run.path: run for cell in cells if cell.ours for run in cell.ours.runs}
    methods = list(dict.fromkeys(cell.method for cell in cells if cell.method))
    parts = environment().get_template("sections.html").module
    sections = [
        _verdicts(parts, shown),
        _tables(parts, shown),
        _drawn(parts, "figures", "Figures", _figures(folders.figures, [t.name for t in shown])),
        _predictions(parts, shown, folders),
        _drawn(parts, "curves", "Training", training_curves(histories, methods)),
        _data(parts, folders.prepared),
        _records(parts, "costs", "What it cost", COSTS, costs(runs.values())),
        _settings(settings),
        _records(parts, "software", "Software and machine", "", software(runs.values())),
    ]
    page = environment().get_template("report.html")
    text = page.render(
        title="Cross-modal fine-tuning: results",
        lead=f"{_lead(list(runs.values()))} {PROTOCOLS[experiment.protocol]}",
        glance=_glance(shown, list(runs.values())),
        sections=[section for section in sections if section],
    )
    write_text(out, text + "\n")


def _lead(runs: list[RunOfCell]) -> str:
    commits = sorted({str(run.record["commit"]) for run in runs if run.record.get("commit")})
    made = f" Runs made at commit {', '.join(commits)}." if commits else ""
    return (
        "ORCA (ICML 2023) and PaRe (ICML 2024) as a workflow: align, then refine. Click a column's "
        f"title to sort by it, and a number to see the runs behind it.{made}"
    )


def _glance(tables: list[FilledTable], runs: list[RunOfCell]) -> list[tuple[str, str]]:
    status = Counter(run.status for run in runs)
    failed = f", {status['failed']} failed" if status["failed"] else ""
    seconds = sum((sum(run.seconds.values()) for run in runs), 0.0)
    glance = [
        (str(len(tables)), "table" if len(tables) == 1 else "tables"),
        (f"{status['ok']} of {len(runs)}", f"runs have a score{failed}"),
        (seconds_in_words(seconds), "aligning, training and evaluating"),
    ]
    verdicts = sum((Counter(table.verdicts) for table in tables), Counter[str]())
    if verdicts:
        reproduced = f"{verdicts['reproduced']} of {verdicts.total()}"
        glance.append((reproduced, "published numbers reproduced"))
    return glance


def _verdicts(parts: Any, tables: list[FilledTable]) -> Section | None:
    judged = [table for table in tables if table.verdicts]
    used = [verdict for verdict in VERDICTS if any(verdict in t.verdicts for t in judged)]
    rows = []
    for table in judged:
        link = Markup('<a href="#t-{}">{}</a>').format(table.name, table.heading)
        counts = [table.verdicts.get(verdict, 0) for verdict in used]
        rows.append([(link, None), *((count or "–", count) for count in counts)])
    said = EXPLANATION.replace("*", "")
    shown = parts.sortable("verdicts", "verdicts by table", said, ["table", *used], rows, 1)
    return Section("verdicts", "Ours beside theirs", shown) if judged else None


def _tables(parts: Any, tables: list[FilledTable]) -> Section:
    entries = tuple((f"t-{table.name}", table.short_heading) for table in tables)
    return Section("tables", "Tables", parts.tables(tables), entries)


def _drawn(parts: Any, anchor: str, title: str, drawings: list[Drawing]) -> Section | None:
    entries = tuple((drawn.anchor, drawn.title.partition(". ")[0]) for drawn in drawings)
    return Section(anchor, title, parts.figures(drawings), entries) if drawings else None


def _figures(folder: Path, tables: list[str]) -> list[Drawing]:
    """Return the figures that are drawn from the report's tables, or from none.

    The papers' own come first, then profiles, ranks, alignments.
    """
    kinds = ["", *OF_TABLES]
    found = []
    for path in folder.glob("*.svg"):
        name, _, end = path.stem.rpartition("_")
        kind = end if end in OF_TABLES else ""
        table = FIGURES[path.stem].table if path.stem in FIGURES else name
        if table in ("", *tables):
            title, caption = _title_and_caption(path.stem, kind, table)
            drawing = Drawing(f"f-{path.stem}", title, caption, read_svg(path))
            found.append((kinds.index(kind), path.stem, drawing))
    return [drawing for *_, drawing in sorted(found, key=lambda each: each[:2])]


def _title_and_caption(stem: str, kind: str, name: str) -> tuple[str, str]:
    if stem in FIGURES:
        return FIGURES[stem].heading, FIGURES[stem].caption
    title, caption = OF_TABLES.get(kind, ("Figure", ""))
    table = TABLES.get(name)
    if table:
        of = f"Table {table.number}" if table.number else table.title.partition(":")[0]
        title = f"{title}: {of}"
    return title, caption


def _predictions(parts: Any, tables: list[FilledTable], folders: Folders) -> Section | None:
    drawings, rows = predictions_shown(tables, folders)
    section = _drawn(parts, "predictions", "Predictions", drawings)
    if section is None:
        return None
    label = "worst test samples"
    worst = parts.sortable("worst-samples", label, WORST, WORST_TITLES, rows, 4)
    return Section(section.anchor, section.title, section.content + worst, section.entries)


def _data(parts: Any, prepared: Path) -> Section | None:
    pages = data_pages(prepared)
    entries = tuple((page["anchor"], page["title"]) for page in pages)
    return Section("data", "Data", parts.cards(pages), entries) if pages else None


def _records(parts: Any, anchor: str, title: str, caption: str, records: Records) -> Section | None:
    """Return a table of what the runs' records say; None where they say nothing."""
    titles, rows, numeric_from = records
    name = f"{anchor}-table"
    table = parts.sortable(name, title, caption, titles, rows, numeric_from)
    return Section(anchor, title, table) if rows else None


def _settings(settings: dict[str, Any]) -> Section:
    text = yaml.safe_dump(
        settings, sort_keys=False, allow_unicode=True, default_flow_style=None, width=100
    )
    return Section("settings", "Settings", Markup("<pre>{}</pre>").format(text))
