"""The demo: real tables and simulated physics, on a small pretrained body."""

from orca.reporting.table import ScoreTable, methods, tasks

TABLE = ScoreTable(
    title="Demo: four ways of tuning a small language model to tables and physics",
    rows=(
        *tasks("openml_1510", "openml_187", "openml_61"),
        *tasks("pde_advection_simulated_128", "pde_diffusion_sorption_simulated_128"),
    ),
    columns=methods("scratch", "finetune", "fpt", "orca"),
    comparison="demo",
    caption=(
        "Test scores, mean and sample standard deviation over seeds. The tables are real, the "
        "fields simulated. Small data and few epochs: a demonstration of the whole way, not a "
        "benchmark."
    ),
)
