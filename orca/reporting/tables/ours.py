"""Tables of our own: the papers' on data that we simulate, which everybody can run, and yours."""

from dataclasses import replace

from orca.reporting.axis import methods, peers, tasks
from orca.reporting.benchmarks import PDEBENCH, resolutions
from orca.reporting.declared_table import Table
from orca.reporting.tables.orca_paper_other_benchmarks import SUPER_RESOLUTION

SAME_FIELDS = (
    "The fields are simulated, and the same at each resolution: the coarser one keeps evenly "
    "spaced points."
)
SIMULATED_SUPER_RESOLUTION = replace(
    SUPER_RESOLUTION,
    title="Zero-shot super-resolution on simulated advection",
    paper="",
    number="",
    rows=resolutions("pde_advection_{}_simulated", 256),
    caption=f"{SUPER_RESOLUTION.caption} {SAME_FIELDS}",
)
# What a person would try first, of each kind of data; those that do not suit a task stay away.
SIMPLE_PEERS = (
    "training_mean",
    "nearest_neighbour",
    "linear_model",
    "xgboost",
    "minirocket",
    "fno_short",
    "frozen_others",
)

TABLES = {
    "simulated_pdebench": Table(
        title="Simulated PDEBench: normalised errors",
        rows=tuple(row for of in PDEBENCH for row in tasks(f"{of.task}_simulated", group=of.group)),
        suite="pdebench_simulated",
        columns=methods("scratch", "finetune", "orca"),
        caption=(
            "The same equations, sizes and file layout as PDEBench, other draws and other solvers: "
            "not to be read as the published data's scores."
        ),
    ),
    "simulated_table_16": SIMULATED_SUPER_RESOLUTION,
    "small_super_resolution": replace(
        SIMULATED_SUPER_RESOLUTION,
        title="Zero-shot super-resolution by a small language model",
        rows=resolutions("pde_advection_small_{}_simulated", 32, body="minilm"),
        caption=(f"{SIMULATED_SUPER_RESOLUTION.caption} Few points, samples and epochs."),
    ),
    "own": Table(
        title="Your own data",
        own_tasks=True,
        compared=("orca", "finetune"),
        columns=(*peers(*SIMPLE_PEERS), *methods("scratch", "finetune", "orca")),
        caption=(
            "Test scores of the tasks that the configuration adds, mean and sample standard "
            "deviation over n seeds."
        ),
    ),
}
