"""The figures of ORCA (ICML 2023), and those of the same kind from small runs of our own."""

from dataclasses import replace
from functools import partial

from orca.evaluation.score import Run
from orca.reporting.declared_figure import AlignmentInput, Figure, PredictionInput
from orca.reporting.history_drawing import plot_estimate_beside_exact
from orca.reporting.names import ORCA
from orca.reporting.prediction_drawing import plot_fields
from orca.reporting.profiles import plot_profile
from orca.reporting.table_drawing import plot_by_number, plot_errors_by_task, plot_two_quantities


def _at_two_resolutions(task: str, body: str, points: int) -> tuple[PredictionInput, ...]:
    """Return the predictions of one run at the resolution of training, and at twice it."""
    run = Run(task=task.format(points), body=body, method="orca_pointwise", seed=0)
    return PredictionInput(run), PredictionInput(run, f"at_{2 * points}")


FIGURE_2 = Figure(
    title="Performance profiles of the distances",
    paper=ORCA,
    number="2",
    table="table_9",
    draw=plot_profile,
    caption=(
        "The fraction of tasks on which aligning by a distance gives an error of at most τ times "
        "the least (Dolan and Moré 2002). Up and to the left is better."
    ),
)
FIGURE_5_RIGHT = Figure(
    title="Trained at 256 points, tested at 256 and at 512",
    paper=ORCA,
    number="5 (right)",
    predictions=_at_two_resolutions("pde_advection_{}", "roberta_base", 256),
    draw=plot_fields,
    caption="True and predicted profiles of test samples; the model saw 256 points only.",
)
FIGURE_6 = Figure(
    title="The class-wise distance beside the exact one",
    paper=ORCA,
    number="6",
    alignments=(
        AlignmentInput(
            run=Run(task="cifar100", body="swin_base", method="orca", seed=0),
            changes={"align": {"record_exact_every": 5}},
        ),
    ),
    draw=plot_estimate_beside_exact,
    caption=(
        "The distance by Algorithm 1, which alignment descends, and the exact one over all classes "
        "at once, by epoch. The paper does not say which task it shows."
    ),
)

FIGURES = {
    "figure_2": FIGURE_2,
    "figure_3": replace(
        FIGURE_2,
        title="Performance profiles of the main comparison",
        number="3",
        table="table_2",
        caption=(
            "The fraction of tasks on which a method has an error of at most τ times "
            "the least (Dolan and Moré 2002). Up and to the left is better."
        ),
    ),
    "figure_4_left": Figure(
        title="Error and distance by epochs of alignment",
        paper=ORCA,
        number="4 (left)",
        table="figure_4_left",
        draw=partial(plot_two_quantities, along="epochs of alignment"),
        caption=(
            "Test error (left axis) and distance between target and source features (right axis) "
            "by the epochs that the embedder was aligned; bars are standard deviations over seeds."
        ),
    ),
    "figure_4_right": Figure(
        title="Satellite by number of training series",
        paper=ORCA,
        number="4 (right)",
        table="figure_4_right",
        draw=partial(plot_by_number, along="series to train and to choose by"),
        caption="Test error on Satellite; bars are standard deviations over seeds.",
    ),
    "figure_5_left": Figure(
        title="PDEBench's errors",
        paper=ORCA,
        number="5 (left)",
        table="table_14",
        draw=plot_errors_by_task,
        caption=(
            "Normalised errors, on a logarithmic axis. Open signs are published numbers, filled "
            "ones ours. U-Net was not published on Navier-Stokes and Darcy flow."
        ),
    ),
    "figure_5_right": FIGURE_5_RIGHT,
    "figure_5_right_simulated": replace(
        FIGURE_5_RIGHT,
        title="Simulated fields: trained at 256 points, tested at 256 and at 512",
        paper="",
        number="",
        predictions=_at_two_resolutions("pde_advection_{}_simulated", "roberta_base", 256),
    ),
    "figure_5_right_small": replace(
        FIGURE_5_RIGHT,
        title="Simulated fields: trained at 32 points, tested at 32 and at 64",
        paper="",
        number="",
        predictions=_at_two_resolutions("pde_advection_small_{}_simulated", "minilm", 32),
        caption="True and predicted profiles of test samples; the model saw 32 points only.",
    ),
    "figure_6": FIGURE_6,
    "figure_6_small": replace(
        FIGURE_6,
        title="The class-wise distance beside the exact one, on a small table",
        paper="",
        number="",
        alignments=(
            replace(
                FIGURE_6.alignments[0],
                run=Run(task="openml_187", body="minilm", method="orca", seed=0),
            ),
        ),
        caption="As the paper's Figure 6, for MiniLM on Wine (OpenML 187).",
    ),
}
