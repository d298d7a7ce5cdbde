"""Tables of the papers on data that we simulate, which everybody can run."""

from dataclasses import replace

from orca.reporting.axis import methods, tasks
from orca.reporting.score_table import ScoreTable
from orca.reporting.tables.orca_pdebench import SUPER_RESOLUTION, resolutions

SAME_FIELDS = (
    "The fields are simulated, and the same at each resolution: the coarser one keeps evenly "
    "spaced points."
)

TABLES = {
    "simulated_pdebench": ScoreTable(
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
        caption=(
            "The same equations, sizes and file layout as PDEBench, other draws and other solvers: "
            "not to be read as the published data's scores."
        ),
    ),
    "simulated_table_16": replace(
        SUPER_RESOLUTION,
        title="Zero-shot super-resolution on simulated advection",
        paper="",
        number="",
        rows=resolutions("pde_advection_{}_simulated", 256),
        caption=f"{SUPER_RESOLUTION.caption} {SAME_FIELDS}",
    ),
    "small_super_resolution": replace(
        SUPER_RESOLUTION,
        title="Zero-shot super-resolution by a small language model",
        paper="",
        number="",
        rows=resolutions("pde_advection_small_{}_simulated", 32, body="minilm"),
        caption=f"{SUPER_RESOLUTION.caption} {SAME_FIELDS} Few points, samples and epochs.",
    ),
}
