"""ORCA, Table 11: hours of each stage."""

from orca.reporting.benchmarks import NAS_BENCH_360
from orca.reporting.quantities import ALIGNING, FINETUNING, Percentage, WallTime
from orca.reporting.table import Entry, ScoreTable

TABLE = ScoreTable(
    title="Hours of ORCA's stages",
    paper="orca_icml2023",
    number="11",
    rows=NAS_BENCH_360,
    columns=(
        Entry(
            name="align",
            title="Alignment",
            method="orca",
            quantity=WallTime("embedder_learning_hours", "h", ALIGNING),
        ),
        Entry(
            name="finetune",
            title="Fine-tuning",
            method="orca",
            quantity=WallTime("fine_tuning_stage_hours", "h", FINETUNING),
        ),
        Entry(
            name="ratio",
            title="Alignment of fine-tuning",
            method="orca",
            quantity=Percentage("embedding_to_fine_tuning_pct", "%", ALIGNING, FINETUNING),
        ),
    ),
    ranked=False,
    caption="The paper's on one NVIDIA V100; ours on the device that each cell's runs name.",
)
