"""Puts tables, figures, data and records into one HTML file that needs nothing else."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from markupsafe import Markup

from orca.errors import ResultsError
from orca.experiment import PROTOCOLS, Experiment
from orca.provenance import write_text
from orca.reporting.data_pages import data_pages
from orca.reporting.declared_figure import FIGURES
from orca.reporting.declared_table import TABLES
from orca.reporting.history_drawing import training_curves
from orca.reporting.look import Drawing, read_svg
from orca.reporting.page import page_of
from orca.reporting.prediction_pages import Folders, predictions_shown
from orca.reporting.run_costs import Records, Row, costs, seconds_in_words, software
from orca.reporting.table_records import VERDICTS, FilledTable, RunOfCell, read_table
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


class Section(NamedTuple):
    """A part of the report, left out where it has no content.

    The macro of `sections.html` that `shown_by` names shows it; the contents list the anchors and
    titles of its entries.
    """

    anchor: str
    title: str
    shown_by: str
    content: Any
    entries: Sequence[tuple[str, str]] = ()


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

    Tables are JSON files, histories those of fine-tuned runs (`training_curves`); settings are shown
    as they are.

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
    runs = list({run.path: run for cell in cells if cell.ours for run in cell.ours.runs}.values())
    methods = list(dict.fromkeys(cell.method for cell in cells if cell.method))
    figures = _figures(folders.figures, [table.name for table in shown])
    predictions, worst = predictions_shown(shown, folders)
    curves, cards = training_curves(histories, methods), data_pages(folders.prepared)
    text = yaml.safe_dump(
        settings, sort_keys=False, allow_unicode=True, default_flow_style=None, width=100
    )
    of_tables = [(f"t-{table.name}", table.short_heading) for table in shown]
    of_cards = [(card["anchor"], card["title"]) for card in cards]
    sections = [
        Section("verdicts", "Ours beside theirs", "records", _verdicts(shown)),
        Section("tables", "Tables", "tables", shown, of_tables),
        Section("figures", "Figures", "figures", figures, _entries(figures)),
        Section("predictions", "Predictions", "figures", predictions, _entries(predictions)),
        Section("worst", "Worst test samples", "records", worst),
        Section("curves", "Training", "figures", curves, _entries(curves)),
        Section("data", "Data", "cards", cards, of_cards),
        Section("costs", "What it cost", "records", costs(runs)),
        Section("settings", "Settings", "text", text),
        Section("software", "Software and machine", "records", software(runs)),
    ]
    page = page_of(
        "report.html",
        title="Cross-modal fine-tuning: results",
        lead=f"{_lead(runs)} {PROTOCOLS[experiment.protocol]}",
        glance=_glance(shown, runs),
        sections=[section for section in sections if section.content],
    )
    write_text(out, page)


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


def _verdicts(tables: list[FilledTable]) -> Records | None:
    judged = [table for table in tables if table.verdicts]
    used = [verdict for verdict in VERDICTS if any(verdict in t.verdicts for t in judged)]
    rows: list[Row] = []
    for table in judged:
        link = Markup('<a href="#t-{}">{}</a>').format(table.name, table.heading)
        counts = [table.verdicts.get(verdict, 0) for verdict in used]
        rows.append([(link, None), *((str(count or "–"), count) for count in counts)])
    said = EXPLANATION.replace("*", "")
    return Records(("table", *used), rows, 1, said) if judged else None


def _entries(drawings: list[Drawing]) -> list[tuple[str, str]]:
    return [(drawn.anchor, drawn.title.partition(". ")[0]) for drawn in drawings]


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
