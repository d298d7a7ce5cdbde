"""ORCA, Table 24: visual prompting."""

from orca.reporting.table import ScoreTable, baseline, methods, tasks

TABLE = ScoreTable(
    title="Alignment and visual prompting",
    paper="orca_icml2023",
    number="24",
    rows=tasks("ninapro", "spherical", "ecg"),
    columns=(*methods("orca"), baseline("vp", "VP (ResNet-50)"), *methods("vpt")),
    caption=(
        "Prediction errors. VPT prompts the Swin that ORCA tunes; VP serves no transformer. On ECG "
        "the paper's ORCA has RoBERTa, its VPT a Swin."
    ),
)
