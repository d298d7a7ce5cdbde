"""ORCA (ICML 2023) on tables: OpenML-CC18 and LIFT, Tables 4 and 18 to 22."""

from orca.reporting.aggregates import (
    Aggregate,
    AggregateGroup,
    AggregateTable,
    average,
    from_xgboost,
    wins,
)
from orca.reporting.axis import Axis, baselines, methods, tasks
from orca.reporting.benchmarks import OPENML_CC18
from orca.reporting.facts import FactsTable
from orca.reporting.quantities import ALIGNING, FINETUNING, WallTime
from orca.reporting.score_table import ScoreTable

PAPER = "orca_icml2023"
MINUTES = WallTime("orca_train_min", "minutes", (*ALIGNING, *FINETUNING), unit_seconds=60.0)
BOOSTING = baselines(
    lightgbm="LightGBM",
    catboost="CatBoost",
    xgboost="XGBoost",
    autogluon="AutoGluon",
    tabpfn="TabPFN",
)
OF_LIFT = baselines(
    logistic_regression="Logistic regression",
    decision_tree="Decision tree",
    svm="SVM",
    xgboost="XGBoost",
    lift_gpt3="LIFT (GPT-3)",
)


def _lift(number: int) -> Axis:
    """Return the row of a LIFT table; two of them are CC18's too, and split otherwise there."""
    published = f"openml_{number}"
    task = f"{published}_lift" if number in (23, 54) else published
    return Axis(name=published, task=task, published={"task": published})


LIFT = tuple(
    _lift(number)
    for number in (1511, 882, 44, 1479, 61, 48, 23, 187, 54, 40496, 28, 12, 1491, 1493)
)

WINS = Aggregate("wins_ties", "wins, ties count", wins)
DIFFERENCE = Aggregate("avg_diff_from_xgboost", "difference from XGBoost", from_xgboost)
OVER_CC18 = AggregateGroup(
    of="table_18",
    title="OpenML-CC18",
    task="openml_cc18_aggregate",
    aggregates=(WINS, Aggregate("avg_auroc_ovo", "average AUROC", average), DIFFERENCE),
)
OVER_LIFT = AggregateGroup(
    of="table_21",
    title="LIFT",
    task="lift_aggregate",
    aggregates=(WINS, Aggregate("avg_accuracy_pct", "average accuracy (%)", average), DIFFERENCE),
)

TABLES = {
    "table_4": AggregateTable(
        title="Tabular benchmarks in the aggregate",
        paper=PAPER,
        number="4",
        groups=(OVER_CC18, OVER_LIFT),
        columns=(
            "lightgbm", "catboost", "xgboost", "autogluon", "tabpfn",
            "logistic_regression", "svm", "lift_gpt3", "orca",
        ),
        caption=(
            "Ours by seed over all tasks, against the published baselines of Tables 18 and 21; "
            "mean ± sample standard deviation over seeds."
        ),
    ),
    "table_18": ScoreTable(
        title="OpenML-CC18: AUROC, one class against one",
        paper=PAPER,
        number="18",
        rows=OPENML_CC18,
        columns=(*BOOSTING, *methods("orca", "finetune", "scratch")),
        caption="Baselines as TabPFN's paper publishes them. Half of each table is for testing.",
    ),
    "table_19": FactsTable(
        title="The tables of OpenML-CC18, and ORCA's minutes on them",
        paper=PAPER,
        number="19",
        rows=OPENML_CC18,
        columns={
            "features": "columns",
            "categorical": "categorical",
            "instances": "rows",
            "classes": "classes",
            "minority_class_size": "least class",
            "orca_train_min": "ORCA's minutes",
        },
        measured=(MINUTES,),
        caption="The columns are the features and the class. The paper's minutes on one NVIDIA V100.",
    ),
    "table_20": AggregateTable(
        title="OpenML-CC18 in the aggregate: alignment, fine-tuning, or neither",
        paper=PAPER,
        number="20",
        groups=(OVER_CC18,),
        columns=("scratch", "finetune", "orca"),
        caption="The paper counts wins among these three, and publishes no scores by task.",
    ),
    "table_21": ScoreTable(
        title="LIFT's tables: accuracy",
        paper=PAPER,
        number="21",
        rows=LIFT,
        columns=(*OF_LIFT, *methods("orca", "finetune", "scratch")),
        caption="Baselines as LIFT's paper publishes them.",
    ),
    "table_22": FactsTable(
        title="LIFT's tables",
        paper=PAPER,
        number="22",
        rows=tasks(
            *(
                f"openml_{number}"
                for number in (
                    1511, 882, 44, 1479, 48, 23, 187, 54, 40496, 28, 12, 871, 1467, 1491, 1492,
                    1493,
                )
            )
        ),
        columns={"features": "features", "instances": "rows", "classes": "classes"},
        caption="Iris (61) is in Table 21 and not here; 871, 1467 and 1492 are here and not there.",
    ),
}  # fmt: skip
