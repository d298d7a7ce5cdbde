"""PaRe (ICML 2024) beside what ORCA's paper prints on the same tasks."""

from orca.reporting.axis import Axis, methods, printed_in
from orca.reporting.benchmarks import NAS_BENCH_360, OPENML_CC18, PDEBENCH
from orca.reporting.declared_table import Table
from orca.reporting.names import ORCA, PARE
from orca.reporting.tables.orca_paper import MAIN
from orca.reporting.tables.orca_paper_other_benchmarks import RERUN_BOOSTING, RERUN_OF_PDEBENCH

WAITING = (
    "PaRe's own numbers wait for a person with its paper: config/published/README.md says how to "
    "add them. All other printed ones are those of ORCA's paper."
)


def _beside(benchmark: str, title: str, rows: tuple[Axis, ...], *columns: Axis) -> Table:
    """Return the table of a benchmark: what ORCA's paper prints, and PaRe."""
    return Table(
        title=f"PaRe and ORCA on {title}",
        paper=PARE,
        published_as=benchmark,
        rows=rows,
        columns=(*columns, *methods("pare")),
        caption=WAITING,
    )


TABLES = {
    "pare_nas_bench_360": _beside(
        "nas_bench_360",
        "NAS-Bench-360",
        NAS_BENCH_360,
        *printed_in(ORCA, "7", MAIN.columns),
        *printed_in(ORCA, "8", methods("finetune")),
    ),
    "pare_openml": _beside(
        "openml",
        "OpenML-CC18",
        OPENML_CC18,
        *printed_in(ORCA, "18", (*RERUN_BOOSTING, *methods("orca"))),
    ),
    "pare_pdebench": _beside(
        "pdebench",
        "PDEBench",
        PDEBENCH,
        *printed_in(ORCA, "14", RERUN_OF_PDEBENCH),
        *printed_in(ORCA, "17", methods("finetune", "orca")),
    ),
}
