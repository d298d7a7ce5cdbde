"""ORCA, Figure 4 (left): error and distance by the epochs that the embedder was aligned."""

from orca.reporting.quantities import Recorded
from orca.reporting.table import Entry, ScoreTable

EPOCHS = (0, 5, 10, 20, 40, 60)
DISTANCE = Recorded("otdd_after_alignment", "OTDD", "alignment.held_out_distance")

TABLE = ScoreTable(
    title="Error and distance by epochs of alignment",
    paper="orca_icml2023",
    published_as="figure_4_left",
    unpublished="not printed",
    row_title="aligned for",
    rows=tuple(
        Entry(
            name=f"{task}_{epochs}",
            title=f"{epochs} epochs",
            task=task,
            method=f"orca_after_{epochs}",
            group=task,
        )
        for task in ("satellite", "ninapro", "deepsea")
        for epochs in EPOCHS
    ),
    columns=(
        Entry(name="error", title="Error"),
        Entry(name="distance", title="Distance", quantity=DISTANCE),
    ),
    ranked=False,
    caption="The paper shows a curve for each task, and prints none of its numbers.",
)
