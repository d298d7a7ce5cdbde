"""The demo on grids: simulated fields, on a small body that the workflow pretrains itself."""

from dataclasses import replace

from orca.reporting.table import tasks
from orca.reporting.tables.demo import TABLE as DEMO

TASKS = tasks("darcy_flow_simulated_small", "pde_diffusion_reaction_2d_simulated_64")

TABLE = replace(
    DEMO,
    title="Demo on grids: four ways of tuning a small Swin to physics",
    rows=tuple(replace(task, body="swin_fractals") for task in TASKS),
    caption=(
        "Test scores, mean and sample standard deviation over n seeds. All fields are simulated, "
        "and the body is pretrained on fractals and digits. Small data and few epochs: a "
        "demonstration of the whole way, not a benchmark."
    ),
)
