"""ORCA, Figure 6: the distance class by class, and the exact one, during alignment."""

from dataclasses import replace
from pathlib import Path

from orca.reporting.figure import Figure


def draw(inputs: list[Path], stem: Path) -> None:
    """Draw both courses."""
    from orca.reporting.figures_by_row import plot_estimate_beside_exact

    plot_estimate_beside_exact(inputs[0], stem)


PUBLISHED = Figure(
    title="The class-wise distance beside the exact one",
    paper="orca_icml2023",
    number="6",
    files=("aligned/cifar100/swin_base/otdd/seed0/history.csv",),
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
        files=("aligned/openml_187/minilm/otdd/seed0/history.csv",),
        caption="As the paper's Figure 6, for MiniLM on Wine (OpenML 187).",
    ),
}
