"""ORCA, Table 4: aggregates over OpenML-CC18 and over LIFT's tables."""

from orca.reporting.aggregates import Aggregate, AggregateTable, Block, average, from_xgboost, wins

WINS = Aggregate("wins_ties", "wins, ties count", wins)
DIFFERENCE = Aggregate("avg_diff_from_xgboost", "difference from XGBoost", from_xgboost)
CC18 = Block(
    of="table_18",
    title="OpenML-CC18",
    task="openml_cc18_aggregate",
    aggregates=(WINS, Aggregate("avg_auroc_ovo", "average AUROC", average), DIFFERENCE),
)
LIFT = Block(
    of="table_21",
    title="LIFT",
    task="lift_aggregate",
    aggregates=(WINS, Aggregate("avg_accuracy_pct", "average accuracy (%)", average), DIFFERENCE),
)

TABLE = AggregateTable(
    title="Tabular benchmarks in the aggregate",
    paper="orca_icml2023",
    number="4",
    blocks=(CC18, LIFT),
    columns=(
        "lightgbm", "catboost", "xgboost", "autogluon", "tabpfn",
        "logistic_regression", "svm", "lift_gpt3", "orca",
    ),
    caption=(
        "Ours by seed over all tasks, against the published baselines of Tables 18 and 21; mean ± "
        "sample standard deviation over seeds."
    ),
)  # fmt: skip
