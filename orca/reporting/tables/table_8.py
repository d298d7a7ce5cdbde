"""ORCA, Table 8: Table 3 with error bars."""

from dataclasses import replace

from orca.reporting.tables.table_3 import TABLE as TABLE_3

TABLE = replace(
    TABLE_3,
    title="Alignment or none, all weights or layer norms, with spreads",
    number="8",
    spread_from="",
    caption="Table 3 with the spreads that the paper prints.",
)
