"""PaRe: its comparison on NAS-Bench-360."""

from orca.reporting.benchmarks import NAS_BENCH_360
from orca.reporting.table import ScoreTable, methods

TABLE = ScoreTable(
    title="PaRe and ORCA on NAS-Bench-360",
    paper="pare_icml2024",
    published_as="nas_bench_360",
    rows=NAS_BENCH_360,
    columns=methods("finetune", "orca", "pare"),
    comparison="pare",
    unpublished="not transcribed",
    caption="The tables of PaRe's paper could not be had; a row each in the CSV fills its cells.",
)
