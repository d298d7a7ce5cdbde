"""ORCA, Table 17: what alignment and pretraining add on PDEBench."""

from orca.reporting.benchmarks import PDEBENCH
from orca.reporting.table import ScoreTable, methods

TABLE = ScoreTable(
    title="PDEBench: alignment, fine-tuning, or neither",
    paper="orca_icml2023",
    number="17",
    rows=PDEBENCH,
    columns=methods("scratch", "finetune", "orca"),
    comparison="pdebench",
    caption="Normalised errors.",
)
