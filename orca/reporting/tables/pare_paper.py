"""PaRe (ICML 2024): its comparisons, whose numbers in the paper are not known."""

from dataclasses import replace

from orca.reporting.axis import methods
from orca.reporting.benchmarks import NAS_BENCH_360, OPENML_CC18, PDEBENCH
from orca.reporting.score_table import ScoreTable

ON_NAS_BENCH_360 = ScoreTable(
    title="PaRe and ORCA on NAS-Bench-360",
    paper="pare_icml2024",
    published_as="nas_bench_360",
    rows=NAS_BENCH_360,
    columns=methods("finetune", "orca", "pare"),
    unpublished="not transcribed",
    caption="The tables of PaRe's paper could not be had; a row each in the CSV fills its cells.",
)

TABLES = {
    "pare_nas_bench_360": ON_NAS_BENCH_360,
    "pare_openml": replace(
        ON_NAS_BENCH_360,
        title="PaRe and ORCA on OpenML-CC18",
        published_as="openml",
        rows=OPENML_CC18,
    ),
    "pare_pdebench": replace(
        ON_NAS_BENCH_360,
        title="PaRe and ORCA on PDEBench",
        published_as="pdebench",
        rows=PDEBENCH,
    ),
}
