"""ORCA, Table 10: is it the alignment, or the start of the embedder's layer norm?"""

from orca.reporting.benchmarks import NAS_BENCH_360
from orca.reporting.table import ScoreTable, methods

TABLE = ScoreTable(
    title="Alignment or a warm start of the layer norm",
    paper="orca_icml2023",
    number="10",
    rows=NAS_BENCH_360,
    columns=methods("orca", "finetune", "warm_init"),
    comparison="initialisation",
    caption=(
        "Prediction errors. The warm start copies the body's embedding layer norm, as ORCA does, "
        "and does not align."
    ),
)
