"""ORCA, Table 15: what training on PDEBench takes."""

from orca.reporting.benchmarks import PDE_BASELINES
from orca.reporting.quantities import ALIGNING, FINETUNING, Recorded, TimePerEpoch, WallTime
from orca.reporting.table import Entry, ScoreTable, methods

QUANTITIES = (
    TimePerEpoch("per_epoch_seconds", "s per epoch", FINETUNING, "settings.epochs"),
    Recorded("epochs", "epochs", "settings.epochs", elsewhere="a setting, not a result"),
    WallTime("total_training_hours", "hours in all", (*ALIGNING, *FINETUNING)),
)

TABLE = ScoreTable(
    title="PDEBench: training time",
    paper="orca_icml2023",
    number="15",
    rows=tuple(
        Entry(name=f"{task}_{quantity.name}", title=title, task=task, quantity=quantity)
        for task, title in (
            ("pde_diffusion_sorption", "Diffusion-Sorption"),
            ("pde_shallow_water", "Shallow-Water"),
        )
        for quantity in QUANTITIES
    ),
    columns=(*PDE_BASELINES, *methods("orca")),
    ranked=False,
    caption="Baselines as PDEBench publishes them. ORCA's hours are those of all stages.",
)
