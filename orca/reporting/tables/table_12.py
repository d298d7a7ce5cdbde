"""ORCA, Table 12: hours of four ways of tuning."""

from orca.reporting.benchmarks import NAS_BENCH_360
from orca.reporting.quantities import ALIGNING, FINETUNING, WallTime
from orca.reporting.table import Entry, ScoreTable

TOTAL = WallTime("total_runtime_hours", "hours", (*ALIGNING, *FINETUNING))

TABLE = ScoreTable(
    title="Hours of four ways of tuning",
    paper="orca_icml2023",
    number="12",
    rows=NAS_BENCH_360,
    columns=tuple(
        Entry(name=name, method=name, quantity=TOTAL)
        for name in ("orca", "orca_layernorm", "finetune", "fpt")
    ),
    ranked=False,
    caption="Alignment and fine-tuning together. The paper's on one NVIDIA V100.",
)
