"""PaRe: its comparison on OpenML-CC18."""

from orca.reporting.benchmarks import OPENML_CC18
from orca.reporting.table import ScoreTable, methods

TABLE = ScoreTable(
    title="PaRe and ORCA on OpenML-CC18",
    paper="pare_icml2024",
    published_as="openml",
    rows=OPENML_CC18,
    columns=methods("finetune", "orca", "pare"),
    comparison="pare",
    unpublished="not transcribed",
    caption="The tables of PaRe's paper could not be had; a row each in the CSV fills its cells.",
)
