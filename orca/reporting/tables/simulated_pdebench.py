"""PDEBench's tasks on fields that we simulate, which everybody can run."""

from orca.reporting.table import ScoreTable, methods, tasks

TABLE = ScoreTable(
    title="Simulated PDEBench: normalised errors",
    rows=(
        *tasks(
            "pde_advection_simulated",
            "pde_burgers_simulated",
            "pde_diffusion_reaction_1d_simulated",
            "pde_diffusion_sorption_simulated",
            "pde_navier_stokes_1d_simulated",
            group="1D",
        ),
        *tasks(
            "pde_darcy_flow_simulated",
            "pde_shallow_water_simulated",
            "pde_diffusion_reaction_2d_simulated",
            group="2D",
        ),
    ),
    suite="pdebench_simulated",
    columns=methods("scratch", "finetune", "orca"),
    comparison="pdebench",
    caption=(
        "The same equations, sizes and file layout as PDEBench, other draws and other solvers: not "
        "to be read as the published data's scores."
    ),
)
