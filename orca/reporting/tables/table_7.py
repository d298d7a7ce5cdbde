"""ORCA, Table 7: Table 2 with error bars."""

from dataclasses import replace

from orca.reporting.tables.table_2 import TABLE as TABLE_2

TABLE = replace(
    TABLE_2,
    title="Prediction errors on ten diverse tasks, with their spreads",
    number="7",
    spread_from="",
    caption="Table 2 with the spreads that the paper prints; what they are it does not say.",
)
