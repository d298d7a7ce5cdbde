"""ORCA, Table 2: its main comparison, on the ten tasks of NAS-Bench-360."""

from orca.reporting.benchmarks import AUTOML_BASELINES, NAS_BENCH_360
from orca.reporting.table import ScoreTable, methods

TABLE = ScoreTable(
    title="Prediction errors on ten diverse tasks",
    paper="orca_icml2023",
    number="2",
    rows=NAS_BENCH_360,
    columns=(*AUTOML_BASELINES, *methods("fpt", "orca")),
    comparison="main",
    spread_from="7",
    caption=(
        "NAS-Bench-360 is the best of that benchmark's AutoML methods on each task; FPT tunes the "
        "layer norms only. Table 7 of the paper has the same numbers with their spreads."
    ),
)
