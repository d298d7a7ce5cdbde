"""Puts tables, figures, data and records into one HTML file that needs nothing else."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from markupsafe import Markup

from orca.errors import ResultsError
from orca.experiment import PROTOCOLS, Experiment
from orca.provenance import atomic
from orca.reporting import data_pages
from orca.reporting.declared_figure import FIGURES
from orca.reporting.declared_table import TABLES
from orca.reporting.filled_table import VERDICTS, FilledTable, RunOfCell, read_table
from orca.reporting.history_drawing import training_curves
from orca.reporting.page import environment
from orca.reporting.prediction_pages import WORST, Folders, prediction_pages, worst_rows
from orca.reporting.run_costs import costs, seconds_in_words, software
from orca.reporting.svg import inline_svg
from orca.reporting.verdicts import EXPLANATION

FIGURE_TITLES = {
    "profile": "Performance profile",
    "ranks": "Average ranks",
    "alignment": "Alignment",
}
FIGURE_CAPTIONS = {
    "profile": (
        "Each curve is the fraction of tasks on which a method's error is at most τ times the "
        "least of all methods (Dolan and Moré 2002). Up and to the left is better; the value at "
        "τ = 1 is the share of tasks won."
    ),
    "ranks": (
        "Average rank of each method over the tasks, 1 being best; a bar joins those that Nemenyi's "
        "test does not tell apart (Demšar 2006)."
    ),
    "alignment": (
        "Distance between the target's features and the source's, by epoch of stage two; thin "
        "lines are seeds, the strong one their mean."
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


@dataclass(frozen=True)
class Drawing:
    """A figure as SVG, and what is said under it."""

    anchor: str
    title: str
    drawing: Markup
    caption: str


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
    parts = environment().get_template("sections.html").module
    sections = [
        _verdicts(parts, shown),
        _tables(parts, shown),
        _figures(parts, folders.figures, [table.name for table in shown]),
        _predictions(parts, shown, folders),
        _training(parts, histories, shown),
        _data(parts, folders.prepared),
        _costs(parts, shown),
        _settings(settings),
        _software(parts, shown),
    ]
    page = (
        environment()
        .get_template("report.html")
        .render(
            title="Cross-modal fine-tuning: results",
            lead=f"{_lead(shown)} {PROTOCOLS[experiment.protocol]}",
            glance=_glance(shown),
            sections=[section for section in sections if section],
        )
    )
    with atomic(out) as temporary:
        temporary.write_text(page + "\n", encoding="utf-8")


def _runs(tables: Iterable[FilledTable]) -> list[RunOfCell]:
    cells = [cell for table in tables for row in table.cells for cell in row]
    return list({run.path: run for cell in cells if cell.ours for run in cell.ours.runs}.values())


def _lead(tables: list[FilledTable]) -> str:
    commits = sorted(
        {str(run.record["commit"]) for run in _runs(tables) if run.record.get("commit")}
    )
    made = f" Runs made at commit {', '.join(commits)}." if commits else ""
    return (
        "ORCA (ICML 2023) and PaRe (ICML 2024) as a workflow: align, then refine. Click a column's "
        f"title to sort by it, and a number to see the runs behind it.{made}"
    )


def _glance(tables: list[FilledTable]) -> list[tuple[str, str]]:
    runs = _runs(tables)
    done = [run for run in runs if run.status == "ok"]
    failed = sum(run.status == "failed" for run in runs)
    seconds = sum((sum(run.seconds.values()) for run in runs), 0.0)
    glance = [
        (str(len(tables)), "table" if len(tables) == 1 else "tables"),
        (
            f"{len(done)} of {len(runs)}",
            "runs have a score" + (f", {failed} failed" if failed else ""),
        ),
        (seconds_in_words(seconds), "aligning, training and evaluating"),
    ]
    counts = Counter[str]()
    for table in tables:
        counts.update(table.verdicts)
    if counts:
        reproduced = f"{counts['reproduced']} of {counts.total()}"
        glance.append((reproduced, "published numbers reproduced"))
    return glance


def _verdicts(parts: Any, tables: list[FilledTable]) -> Section | None:
    judged = [table for table in tables if table.verdicts]
    if not judged:
        return None
    used = [verdict for verdict in VERDICTS if any(verdict in t.verdicts for t in judged)]
    rows = []
    for table in judged:
        link = Markup('<a href="#t-{}">{}</a>').format(table.name, table.heading)
        counts = [table.verdicts.get(verdict, 0) for verdict in used]
        rows.append([(link, None), *((count or "–", count) for count in counts)])
    shown = parts.sortable(
        "verdicts", "verdicts by table", EXPLANATION.replace("*", ""), ["table", *used], rows, 1
    )
    return Section("verdicts", "Ours beside theirs", shown)


def _tables(parts: Any, tables: list[FilledTable]) -> Section:
    entries = tuple((f"t-{table.name}", table.short_heading) for table in tables)
    return Section("tables", "Tables", parts.tables(tables), entries)


def _figures(parts: Any, folder: Path, tables: list[str]) -> Section | None:
    """Return the figures that are drawn from the report's tables, or from none.

    The papers' own come first, then profiles, ranks, alignments.
    """
    stems = [path.stem for path in folder.glob("*.svg") if _table_of(path.stem) in ("", *tables)]
    kinds = ["", *FIGURE_TITLES]
    stems.sort(key=lambda stem: (kinds.index(_kind(stem)), stem))
    drawings = []
    for stem in stems:
        title, caption = _title_and_caption(stem)
        path = folder / f"{stem}.svg"
        svg = path.read_text(encoding="utf-8", errors="replace")
        shown = inline_svg(svg, prefix=stem, where=str(path))
        drawings.append(Drawing(f"f-{stem}", title, shown, caption))
    return _drawn(parts, "figures", "Figures", drawings)


def _drawn(parts: Any, anchor: str, title: str, drawings: list[Drawing]) -> Section | None:
    if not drawings:
        return None
    entries = tuple((drawn.anchor, drawn.title.partition(". ")[0]) for drawn in drawings)
    return Section(anchor, title, parts.figures(drawings), entries)


def _table_of(stem: str) -> str:
    return FIGURES[stem].table if stem in FIGURES else stem.rpartition("_")[0]


def _kind(stem: str) -> str:
    """Return the kind of a table's figure, which its name ends with; empty if there is none."""
    kind = stem.rpartition("_")[2]
    return kind if kind in FIGURE_TITLES else ""


def _title_and_caption(stem: str) -> tuple[str, str]:
    if stem in FIGURES:
        return FIGURES[stem].heading, FIGURES[stem].caption
    kind, table = _kind(stem), TABLES.get(_table_of(stem))
    title = FIGURE_TITLES.get(kind, "Figure")
    if table:
        of = f"Table {table.number}" if table.number else table.title.partition(":")[0]
        title = f"{title}: {of}"
    return title, FIGURE_CAPTIONS.get(kind, "")


def _predictions(parts: Any, tables: list[FilledTable], folders: Folders) -> Section | None:
    pages = list(prediction_pages(tables, folders))
    drawings = [
        Drawing(
            f"p-{page.name}",
            page.title,
            inline_svg(page.drawing, prefix=f"p-{page.name}", where=page.title),
            "Test samples, predicted by the best method's first run.",
        )
        for page in pages
    ]
    section = _drawn(parts, "predictions", "Predictions", drawings)
    if section is None:
        return None
    rows = worst_rows(pages)
    titles = ["run", "test sample", "true", "predicted", "error"]
    worst = parts.sortable("worst-samples", "worst test samples", WORST, titles, rows, 4)
    return replace(section, content=section.content + worst)


def _training(parts: Any, histories: list[Path], tables: list[FilledTable]) -> Section | None:
    methods = dict.fromkeys(cell.method for t in tables for row in t.cells for cell in row)
    order = [method for method in methods if method]
    drawings = [
        Drawing(f"c-{name}", title, inline_svg(svg, prefix=f"c-{name}", where=name), caption)
        for name, title, svg, caption in training_curves(histories, order)
    ]
    return _drawn(parts, "curves", "Training", drawings)


def _data(parts: Any, prepared: Path) -> Section | None:
    pages = data_pages.pages(prepared)
    if not pages:
        return None
    entries = tuple((page.anchor, page.title) for page in pages)
    return Section("data", "Data", parts.cards(pages), entries)


def _costs(parts: Any, tables: list[FilledTable]) -> Section | None:
    titles, rows = costs(_runs(tables))
    if not rows:
        return None
    table = parts.sortable("costs-table", "costs of runs", COSTS, titles, rows, 3)
    return Section("costs", "What it cost", table)


def _settings(settings: dict[str, Any]) -> Section:
    text = yaml.safe_dump(
        settings, sort_keys=False, allow_unicode=True, default_flow_style=None, width=100
    )
    return Section("settings", "Settings", Markup("<pre>{}</pre>").format(text))


def _software(parts: Any, tables: list[FilledTable]) -> Section | None:
    rows = software(_runs(tables))
    if not rows:
        return None
    table = parts.sortable("software-table", "software", "", ("what", "version"), rows, 9)
    return Section("software", "Software and machine", table)
