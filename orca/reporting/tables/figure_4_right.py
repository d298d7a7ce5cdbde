"""ORCA, Figure 4 (right): what alignment adds when the data are few."""

from orca.reporting.table import Entry, ScoreTable, methods

PERCENT = (1, 3, 10, 30, 100)

TABLE = ScoreTable(
    title="Satellite by share of the training data",
    row_title="share",
    rows=tuple(
        Entry(
            name=f"satellite_{percent}",
            title=f"{percent} %",
            task="satellite" if percent == 100 else f"satellite_{percent}pct",
        )
        for percent in PERCENT
    ),
    columns=methods("finetune", "orca"),
    caption="The paper shows a curve, and prints none of its numbers.",
)
