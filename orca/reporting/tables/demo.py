"""The demo: real tables and simulated physics, on a small pretrained body."""

from dataclasses import replace

from orca.reporting.table import ScoreTable, methods, tasks

TASKS = tasks(
    "openml_1510",
    "openml_187",
    "openml_61",
    "pde_advection_simulated_128",
    "pde_diffusion_sorption_simulated_128",
)

TABLE = ScoreTable(
    title="Demo: four ways of tuning a small language model to tables and physics",
    rows=tuple(replace(task, body="minilm") for task in TASKS),
    columns=methods("scratch", "finetune", "fpt", "orca"),
    comparison="demo",
    caption=(
        "Test scores, mean and sample standard deviation over n seeds. The tables are real, the "
        "fields simulated. Small data and few epochs: a demonstration of the whole way, not a "
        "benchmark."
    ),
)
