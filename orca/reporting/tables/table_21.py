"""ORCA, Table 21: the tables of LIFT."""

from orca.reporting.benchmarks import LIFT, LIFT_BASELINES
from orca.reporting.table import ScoreTable, methods

TABLE = ScoreTable(
    title="LIFT's tables: accuracy",
    paper="orca_icml2023",
    number="21",
    rows=LIFT,
    columns=(*LIFT_BASELINES, *methods("orca")),
    comparison="openml",
    caption="Baselines as LIFT's paper publishes them.",
)
