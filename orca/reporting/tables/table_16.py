"""ORCA, Table 16: trained at one resolution, tested at another; Figure 5 (right) shows fields."""

from orca.reporting.quantities import Reported
from orca.reporting.table import Entry, ScoreTable


def _pair(train: int, test: int, metric: str) -> Entry:
    return Entry(
        name=f"{train}_{test}",
        title=f"trained at {train}, tested at {test}",
        task=f"pde_advection_{train}",
        quantity=Reported(metric),
        published={"task": "pde_advection", "metric": f"nrmse_train{train}_test{test}"},
    )


TABLE = ScoreTable(
    title="Zero-shot super-resolution on advection",
    paper="orca_icml2023",
    number="16",
    row_title="resolutions",
    rows=(
        _pair(256, 256, "nrmse"),
        _pair(256, 512, "nrmse_at_512"),
        _pair(512, 512, "nrmse"),
    ),
    columns=(
        Entry(
            name="orca",
            title="ORCA (kernel size 1)",
            method="orca_pointwise",
            published={"method": "orca"},
        ),
    ),
    ranked=False,
    caption="An embedder of kernel size 1 has no resolution of its own.",
)
