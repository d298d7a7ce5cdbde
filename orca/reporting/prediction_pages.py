"""What the best run of each task did, from its kept predictions, for the report."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from orca.data.prepared_file import CARD
from orca.data.schema import SCHEMA, Schema
from orca.evaluation.predictions import PREDICTIONS, read_predictions
from orca.reporting.data_pages import card_target
from orca.reporting.filled_table import FilledTable, TableCell
from orca.reporting.names import method_title, task_title
from orca.reporting.prediction_drawing import draw_predictions, worst_samples
from orca.reporting.run_costs import Row

WORST = (
    "The test samples with the largest errors, by their rows in a file of your own, else counted "
    "from 0: of classes and labels the log loss, "
    "of numbers the distance, of fields the distance relative to their size."
)


@dataclass(frozen=True, kw_only=True)
class Folders:
    """Where a report finds what it shows.

    Args:
        figures: those of the tables shown, and those of no table, are shown.
        prepared: tasks, whose cards are shown.
        scores: with predictions beside them, those of the best runs of which are shown.
    """

    figures: Path
    prepared: Path
    scores: Path


@dataclass(frozen=True)
class PredictionPage:
    """A drawing of the predictions of one run, and its worst samples.

    Args:
        name: tells it from others in a page.
        title: task, method and seed.
        drawing: as SVG.
        worst: of its test samples: row or number, target, prediction, error.
    """

    name: str
    title: str
    drawing: str
    worst: list[tuple[int, str, str, float]]


def prediction_pages(tables: Iterable[FilledTable], folders: Folders) -> Iterator[PredictionPage]:
    """Yield a page for the best method of each row whose predictions were kept.

    Args:
        tables: that the report shows.
        folders: of scores with predictions, and of cards, which say what targets are.
    """
    for table in tables:
        for row in table.cells:
            for cell in row:
                page = _page(cell, folders) if cell.ours and cell.ours.best else None
                if page:
                    yield page


def _page(cell: TableCell, folders: Folders) -> PredictionPage | None:
    assert cell.ours is not None
    run = next(run for run in cell.ours.runs if run.status == "ok")
    path = folders.scores / run.path / PREDICTIONS
    card = folders.prepared / cell.task / CARD
    if not (path.exists() and card.exists()):
        return None
    target = card_target(card)
    kind, names = target["kind"], target.get("names") or []
    predicted, wanted = read_predictions(path)
    found = worst_samples(kind, predicted, wanted, names)
    rows = Schema.read(card.with_name(SCHEMA)).rows.get("test")
    return PredictionPage(
        name="-".join((cell.task, cell.body, cell.method)),
        title=f"{task_title(cell.task)}, {method_title(cell.method)}, seed {run.seed}",
        drawing=draw_predictions(kind, predicted, wanted, names),
        worst=[(rows[n] if rows else n, true, said, e) for n, true, said, e in found],
    )


def worst_rows(pages: Iterable[PredictionPage]) -> list[Row]:
    """Return a row for each worst sample: run, number, target, prediction, error."""
    return [
        [
            (page.title, None),
            (str(sample), sample),
            (true, None),
            (said, None),
            (f"{error:.3g}", error),
        ]
        for page in pages
        for sample, true, said, error in page.worst
    ]
