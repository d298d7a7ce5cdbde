"""ORCA, Table 19: what the OpenML-CC18 tables are, and the minutes that ORCA takes."""

from orca.reporting.benchmarks import OPENML_CC18
from orca.reporting.facts import Fact, FactsTable, classes, features_and_class, samples
from orca.reporting.quantities import ALIGNING, FINETUNING, WallTime

MINUTES = WallTime("orca_train_min", "minutes", (*ALIGNING, *FINETUNING), unit_seconds=60.0)

TABLE = FactsTable(
    title="The tables of OpenML-CC18, and ORCA's minutes on them",
    paper="orca_icml2023",
    number="19",
    rows=OPENML_CC18,
    columns=(
        Fact("features", "columns", features_and_class),
        Fact("categorical", "categorical"),
        Fact("instances", "rows", samples),
        Fact("classes", "classes", classes),
        Fact("minority_class_size", "least class"),
        Fact("orca_train_min", "ORCA's minutes", quantity=MINUTES),
    ),
    caption=("The columns are the features and the class. The paper's minutes on one NVIDIA V100."),
)
