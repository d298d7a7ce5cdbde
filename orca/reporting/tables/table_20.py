"""ORCA, Table 20: aggregates over OpenML-CC18 without alignment."""

from orca.reporting.aggregates import AggregateTable
from orca.reporting.tables.table_4 import CC18

TABLE = AggregateTable(
    title="OpenML-CC18 in the aggregate: alignment, fine-tuning, or neither",
    paper="orca_icml2023",
    number="20",
    blocks=(CC18,),
    columns=("scratch", "finetune", "orca"),
    caption="The paper counts wins among these three, and publishes no scores by task.",
)
