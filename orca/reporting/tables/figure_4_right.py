"""ORCA, Figure 4 (right): what alignment adds when the data are few."""

from orca.reporting.table import Entry, ScoreTable, methods

PERCENT = (1, 3, 10, 30, 100)

TABLE = ScoreTable(
    title="Satellite by share of the training data",
    paper="orca_icml2023",
    published_as="figure_4_right",
    unpublished="not printed",
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
