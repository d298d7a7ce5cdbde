"""ORCA, Table 5: drug response."""

from orca.reporting.table import ScoreTable, baseline, methods, tasks

TABLE = ScoreTable(
    title="Drug response prediction",
    paper="orca_icml2023",
    number="5",
    rows=tasks("drug_ctrp", "drug_gdsc"),
    columns=(baseline("igtd_cnn", "IGTD-CNN"), *methods("orca")),
    caption=(
        "Coefficient of determination. IGTD turns the features into an image for a convolutional "
        "network. The paper does not state ORCA's body here, and its arrays were not released."
    ),
)
