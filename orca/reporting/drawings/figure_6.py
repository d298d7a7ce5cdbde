"""ORCA, Figure 6: the distance class by class, and the exact one, during alignment."""

from dataclasses import replace
from pathlib import Path

from orca.reporting.figure import Figure


def draw(inputs: list[Path], stem: Path) -> None:
    """Draw both courses."""
    from orca.reporting.figures_by_row import plot_estimate_beside_exact

    plot_estimate_beside_exact(inputs[0], stem)


HISTORY = "aligned/{}/otdd-record_exact_every5/seed0/history.csv"  # of `orca_exact_recorded`

PUBLISHED = Figure(
    title="The class-wise distance beside the exact one",
    paper="orca_icml2023",
    number="6",
    files=(HISTORY.format("cifar100/swin_base"),),
    draw=draw,
    caption=(
        "The distance by Algorithm 1, which alignment descends, and the exact one over all classes "
        "at once, by epoch. The paper does not say which task it shows."
    ),
)
FIGURES = {
    "figure_6": PUBLISHED,
    "figure_6_small": replace(
        PUBLISHED,
        title="The class-wise distance beside the exact one, on a small table",
        paper="",
        number="",
        files=(HISTORY.format("openml_187/minilm"),),
        caption="As the paper's Figure 6, for MiniLM on Wine (OpenML 187).",
    ),
}
