"""ORCA, Table 14: PDEBench; Figure 5 (left) is drawn from it."""

from orca.reporting.benchmarks import PDE_BASELINES, PDEBENCH
from orca.reporting.table import ScoreTable, methods

TABLE = ScoreTable(
    title="PDEBench: normalised errors",
    paper="orca_icml2023",
    number="14",
    rows=PDEBENCH,
    columns=(*PDE_BASELINES, *methods("orca")),
    spread_from="17",
    caption=(
        "Baselines as PDEBench publishes them; they march in time, ORCA goes from the first frame "
        "to the last at once."
    ),
)
