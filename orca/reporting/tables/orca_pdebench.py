"""ORCA (ICML 2023) on PDEBench: Tables 14 to 17."""

from orca.reporting.axis import Axis, baselines, methods
from orca.reporting.benchmarks import PDEBENCH
from orca.reporting.quantities import (
    ALIGNING,
    FINETUNING,
    RecordValue,
    TimePerEpoch,
    WallTime,
    metric_value,
)
from orca.reporting.score_table import ScoreTable

PAPER = "orca_icml2023"
BASELINES = baselines(pinn="PINN", fno="FNO", unet="U-Net")
EPOCHS = "settings.finetune.epochs"  # in the record of a run
TRAINING = (
    TimePerEpoch("per_epoch_seconds", "s per epoch", FINETUNING, EPOCHS),
    RecordValue("epochs", "epochs", EPOCHS, elsewhere="a setting, not a result"),
    WallTime("total_training_hours", "hours in all", (*ALIGNING, *FINETUNING)),
)


def resolutions(task: str, points: int, *, body: str = "") -> tuple[Axis, ...]:
    """Return rows: trained and tested on `points`, tested on twice as many, trained on these too.

    Args:
        task: name of the task with a place for the points that it is trained on.
        points: of the lower resolution.
        body: of the runs; empty for the one chosen for the task's kind.
    """
    twice = 2 * points
    return tuple(
        Axis(
            name=f"{train}_{test}",
            title=f"trained at {train}, tested at {test}",
            task=task.format(train),
            body=body,
            quantity=metric_value("nrmse", ending="" if test == train else f"at_{test}"),
            published={"task": "pde_advection", "metric": f"nrmse_train{train}_test{test}"},
        )
        for train, test in ((points, points), (points, twice), (twice, twice))
    )


SUPER_RESOLUTION = ScoreTable(
    title="Zero-shot super-resolution on advection",
    paper=PAPER,
    number="16",
    row_title="resolutions",
    rows=resolutions("pde_advection_{}", 256),
    columns=(
        Axis(
            name="orca",
            title="ORCA (kernel size 1)",
            method="orca_pointwise",
            published={"method": "orca"},
        ),
    ),
    ranked=False,
    caption="An embedder of kernel size 1 has no resolution of its own.",
)

TABLES = {
    "table_14": ScoreTable(
        title="PDEBench: normalised errors",
        paper=PAPER,
        number="14",
        rows=PDEBENCH,
        columns=(*BASELINES, *methods("orca")),
        spread_from="17",
        caption=(
            "Baselines as PDEBench publishes them; they march in time, ORCA goes from the first "
            "frame to the last at once."
        ),
    ),
    "table_15": ScoreTable(
        title="PDEBench: training time",
        paper=PAPER,
        number="15",
        rows=tuple(
            Axis(name=f"{task}_{quantity.name}", title=title, task=task, quantity=quantity)
            for task, title in (
                ("pde_diffusion_sorption", "Diffusion-Sorption"),
                ("pde_shallow_water", "Shallow-Water"),
            )
            for quantity in TRAINING
        ),
        columns=(*BASELINES, *methods("orca")),
        ranked=False,
        caption="Baselines as PDEBench publishes them. ORCA's hours are those of all stages.",
    ),
    "table_16": SUPER_RESOLUTION,
    "table_17": ScoreTable(
        title="PDEBench: alignment, fine-tuning, or neither",
        paper=PAPER,
        number="17",
        rows=PDEBENCH,
        columns=methods("scratch", "finetune", "orca"),
        caption="Normalised errors.",
    ),
}
