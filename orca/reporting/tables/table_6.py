"""ORCA, Table 6: the tasks of NAS-Bench-360."""

from orca.reporting.benchmarks import NAS_BENCH_360
from orca.reporting.facts import Fact, FactsTable, dimension, prediction, samples

TABLE = FactsTable(
    title="The ten tasks of NAS-Bench-360",
    paper="orca_icml2023",
    number="6",
    rows=NAS_BENCH_360,
    columns=(
        Fact("num_data", "samples", samples),
        Fact("input_dim", "dimension", dimension),
        Fact("prediction_type", "prediction", prediction),
        Fact("license", "licence"),
        Fact("learning_objective", "objective"),
        Fact("expert_arch", "hand-designed network"),
    ),
    caption="Ours is what the task's declaration says; the paper counts some data sets roughly.",
)
