"""PaRe (ICML 2024) beside what ORCA's paper prints on the same tasks."""

from orca.reporting.axis import methods, printed_in
from orca.reporting.benchmarks import NAS_BENCH_360, OPENML_CC18, PDEBENCH
from orca.reporting.declared_table import Table
from orca.reporting.tables.orca_paper import MAIN, PAPER
from orca.reporting.tables.orca_paper_other_benchmarks import BOOSTING, OF_PDEBENCH

WAITING = (
    "PaRe's own numbers wait for a person with its paper: config/published/README.md says how to "
    "add them. All others are as ORCA's paper prints them."
)

TABLES = {
    "pare_nas_bench_360": Table(
        title="PaRe and ORCA on NAS-Bench-360",
        paper="pare_icml2024",
        published_as="nas_bench_360",
        rows=NAS_BENCH_360,
        columns=(
            *printed_in(PAPER, "7", MAIN.columns),
            *printed_in(PAPER, "8", methods("finetune")),
            *methods("pare"),
        ),
        caption=WAITING,
    ),
    "pare_openml": Table(
        title="PaRe and ORCA on OpenML-CC18",
        paper="pare_icml2024",
        published_as="openml",
        rows=OPENML_CC18,
        columns=(*printed_in(PAPER, "18", (*BOOSTING, *methods("orca"))), *methods("pare")),
        caption=WAITING,
    ),
    "pare_pdebench": Table(
        title="PaRe and ORCA on PDEBench",
        paper="pare_icml2024",
        published_as="pdebench",
        rows=PDEBENCH,
        columns=(
            *printed_in(PAPER, "14", OF_PDEBENCH),
            *printed_in(PAPER, "17", methods("finetune", "orca")),
            *methods("pare"),
        ),
        caption=WAITING,
    ),
}
