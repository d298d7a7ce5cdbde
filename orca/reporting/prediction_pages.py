"""What the best run of each task did, from its kept predictions, for the report."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from orca.data.prepared_file import CARD
from orca.data.schema import SCHEMA, Schema
from orca.evaluation.predictions import PREDICTIONS, read_predictions
from orca.reporting.data_pages import read_card
from orca.reporting.look import Drawing
from orca.reporting.names import method_title, task_title
from orca.reporting.prediction_drawing import draw_predictions, worst_samples
from orca.reporting.run_costs import Records, Row
from orca.reporting.table_records import FilledTable, TableCell

WORST = (
    "The test samples with the largest errors, by their rows in a file of your own, else counted "
    "from 0: of classes and labels the log loss, "
    "of numbers the distance, of fields the distance relative to their size."
)


@dataclass(frozen=True, kw_only=True)
class Folders:
    """Where a report finds figures, the cards of prepared tasks, and predictions beside scores."""

    figures: Path
    prepared: Path
    scores: Path


def predictions_shown(
    tables: Iterable[FilledTable], folders: Folders
) -> tuple[list[Drawing], Records | None]:
    """Return a drawing for the best method of each row whose predictions were kept.

    With them come the worst samples, each with run, number, target, prediction and error.
    """
    cells = (cell for table in tables for row in table.cells for cell in row)
    best = (cell for cell in cells if cell.ours and cell.ours.best)
    found = [shown for cell in best if (shown := _shown(cell, folders))]
    rows = [row for _, worst in found for row in worst]
    titles = ("run", "test sample", "true", "predicted", "error")
    return [drawing for drawing, _ in found], Records(titles, rows, 4, WORST) if rows else None


def _shown(cell: TableCell, folders: Folders) -> tuple[Drawing, list[Row]] | None:
    assert cell.ours is not None
    run = next(run for run in cell.ours.runs if run.status == "ok")
    path = folders.scores / run.path / PREDICTIONS
    card = folders.prepared / cell.task / CARD
    if not (path.exists() and card.exists()):
        return None
    target = read_card(card).target
    kind, names = target["kind"], target.get("names") or []
    predicted, wanted = read_predictions(path)
    title = f"{task_title(cell.task)}, {method_title(cell.method)}, seed {run.seed}"
    drawing = Drawing(
        anchor="-".join(("p", cell.task, cell.body, cell.method)),
        title=title,
        caption="Test samples, predicted by the best method's first run.",
        svg=draw_predictions(kind, predicted, wanted, names),
    )
    rows = Schema.read(card.with_name(SCHEMA)).rows.get("test")
    worst: list[Row] = []
    for place, true, said, error in worst_samples(kind, predicted, wanted, names):
        sample = rows[place] if rows else place
        texts = (title, None), (str(sample), sample), (true, None), (said, None)
        worst.append([*texts, (f"{error:.3g}", error)])
    return drawing, worst
