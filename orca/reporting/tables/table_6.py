"""ORCA, Table 6: the tasks of NAS-Bench-360."""

from orca.reporting.benchmarks import NAS_BENCH_360
from orca.reporting.facts import (
    Fact,
    FactsTable,
    classes,
    dimension,
    licence,
    prediction,
    samples,
)

TABLE = FactsTable(
    title="The ten tasks of NAS-Bench-360",
    paper="orca_icml2023",
    number="6",
    rows=NAS_BENCH_360,
    columns=(
        Fact("num_data", "samples", samples, printed="num_data_printed"),
        Fact("input_dim", "dimension", dimension),
        Fact("prediction_type", "prediction", prediction, words=True),
        Fact("classes", "classes", classes),
        Fact("license", "licence", licence, words=True),
        Fact("learning_objective", "objective", words=True),
        Fact("expert_arch", "hand-designed network", words=True),
    ),
    caption=(
        "Ours is what the task's declaration says. The paper prints the large counts in thousands "
        "and millions, and the classes in the objective."
    ),
)
