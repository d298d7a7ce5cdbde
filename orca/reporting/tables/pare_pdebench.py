"""PaRe: its comparison on PDEBench."""

from orca.reporting.benchmarks import PDEBENCH
from orca.reporting.table import ScoreTable, methods

TABLE = ScoreTable(
    title="PaRe and ORCA on PDEBench",
    paper="pare_icml2024",
    published_as="pdebench",
    rows=PDEBENCH,
    columns=methods("finetune", "orca", "pare"),
    comparison="pare",
    unpublished="not transcribed",
    caption="The tables of PaRe's paper could not be had; a row each in the CSV fills its cells.",
)
