"""ORCA, Table 16: trained at one resolution, tested at another; Figure 5 (right) shows fields.

With it, the same on simulated fields: at the paper's resolutions, and on few points, few samples
and a small body.
"""

from dataclasses import replace

from orca.reporting.quantities import Reported
from orca.reporting.table import Entry, ScoreTable


def _rows(task: str, points: int, *, body: str = "") -> tuple[Entry, ...]:
    """Return trained and tested on `points`, tested on twice as many, trained on these too."""
    twice = 2 * points
    return tuple(
        Entry(
            name=f"{train}_{test}",
            title=f"trained at {train}, tested at {test}",
            task=task.format(train),
            body=body,
            quantity=Reported("nrmse", ending="" if test == train else f"at_{test}"),
            published={"task": "pde_advection", "metric": f"nrmse_train{train}_test{test}"},
        )
        for train, test in ((points, points), (points, twice), (twice, twice))
    )


PUBLISHED = ScoreTable(
    title="Zero-shot super-resolution on advection",
    paper="orca_icml2023",
    number="16",
    row_title="resolutions",
    rows=_rows("pde_advection_{}", 256),
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
SIMULATED = "The same fields at each resolution, simulated: every so-manieth point is kept."

TABLES = {
    "table_16": PUBLISHED,
    "simulated_table_16": replace(
        PUBLISHED,
        title="Zero-shot super-resolution on simulated advection",
        paper="",
        number="",
        rows=_rows("pde_advection_{}_simulated", 256),
        caption=f"{PUBLISHED.caption} {SIMULATED}",
    ),
    "small_super_resolution": replace(
        PUBLISHED,
        title="Zero-shot super-resolution by a small language model",
        paper="",
        number="",
        rows=_rows("pde_advection_small_{}_simulated", 32, body="minilm"),
        caption=f"{PUBLISHED.caption} {SIMULATED} Few points, samples and epochs.",
    ),
}
