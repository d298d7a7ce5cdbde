"""ORCA, Table 18: thirty tables of OpenML-CC18."""

from orca.reporting.benchmarks import BOOSTING_BASELINES, OPENML_CC18
from orca.reporting.table import ScoreTable, methods

TABLE = ScoreTable(
    title="OpenML-CC18: AUROC, one class against one",
    paper="orca_icml2023",
    number="18",
    rows=OPENML_CC18,
    columns=(*BOOSTING_BASELINES, *methods("orca")),
    comparison="openml",
    caption="Baselines as TabPFN's paper publishes them. Half of each table is for testing.",
)
