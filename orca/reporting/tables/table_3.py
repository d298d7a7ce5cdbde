"""ORCA, Table 3: what alignment adds, with all weights and with layer norms tuned."""

from orca.reporting.benchmarks import NAS_BENCH_360
from orca.reporting.table import ScoreTable, methods

TABLE = ScoreTable(
    title="Alignment or none, all weights or layer norms",
    paper="orca_icml2023",
    number="3",
    rows=NAS_BENCH_360,
    columns=methods("scratch", "finetune", "orca", "fpt", "orca_layernorm"),
    comparison="ablation",
    spread_from="8",
    caption="Prediction errors. Table 8 of the paper has the same numbers with their spreads.",
)
