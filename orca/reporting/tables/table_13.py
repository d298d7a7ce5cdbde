"""ORCA, Table 13: does the distance after alignment tell which body suits a task?"""

from orca.reporting.quantities import Recorded
from orca.reporting.table import Entry, ScoreTable

DISTANCE = Recorded("otdd_after_alignment", "OTDD after alignment", "alignment.held_out_distance")

TABLE = ScoreTable(
    title="Bodies and their distance after alignment",
    paper="orca_icml2023",
    number="13",
    rows=(
        Entry(
            name="deepsea_error",
            title="DeepSEA (1D)",
            task="deepsea",
            published={"metric": "one_minus_auroc"},
        ),
        Entry(name="deepsea_otdd", title="DeepSEA (1D)", task="deepsea", quantity=DISTANCE),
        Entry(
            name="spherical_error",
            title="Spherical (2D)",
            task="spherical",
            published={"metric": "zero_one_error_pct"},
        ),
        Entry(name="spherical_otdd", title="Spherical (2D)", task="spherical", quantity=DISTANCE),
    ),
    columns=tuple(
        Entry(name=body, title=title, method="orca", body=body, published={"body": body})
        for body, title in (("roberta_base", "RoBERTa-base"), ("swin_base", "Swin-base"))
    ),
    ranked=False,
    caption="Both bodies on a task of each kind: the smaller distance should mean the smaller error.",
)
