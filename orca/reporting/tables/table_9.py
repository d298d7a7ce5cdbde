"""ORCA, Table 9: the distance that alignment brings down; Figure 2 is drawn from it."""

from orca.reporting.benchmarks import NAS_BENCH_360
from orca.reporting.table import Entry, ScoreTable, methods

TABLE = ScoreTable(
    title="Distances to align by",
    paper="orca_icml2023",
    number="9",
    rows=NAS_BENCH_360,
    columns=(
        Entry(name="otdd", title="OTDD", method="orca", published={"method": "otdd"}),
        Entry(name="mmd", title="MMD", method="orca_mmd", published={"method": "mmd"}),
        Entry(
            name="euclidean",
            title="Euclidean",
            method="orca_euclidean",
            published={"method": "euclidean"},
        ),
        *methods("finetune"),
    ),
    comparison="distances",
    caption="Prediction errors. Naive fine-tuning does not align at all.",
)
