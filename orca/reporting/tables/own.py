"""Your own data: the tasks under `tasks:` of the configuration."""

from orca.reporting.axis import methods
from orca.reporting.score_table import ScoreTable

TABLE = ScoreTable(
    title="Your own data",
    suite="own",
    columns=methods("scratch", "finetune", "orca"),
    caption="Test scores of the tasks that the configuration adds.",
)
