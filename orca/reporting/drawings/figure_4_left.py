"""ORCA, Figure 4 (left): error and distance by the epochs of alignment."""

from pathlib import Path

from orca.reporting.figure import Figure


def draw(inputs: list[Path], stem: Path) -> None:
    """Draw error and distance, a panel for each task."""
    from orca.reporting.figures_by_row import plot_two_quantities

    plot_two_quantities(inputs[0], stem, along="epochs of alignment")


FIGURE = Figure(
    title="Error and distance by epochs of alignment",
    paper="orca_icml2023",
    number="4 (left)",
    table="figure_4_left",
    draw=draw,
    caption=(
        "Test error (left axis) and distance between target and source features (right axis) by "
        "the epochs that the embedder was aligned; bars are standard deviations over seeds."
    ),
)
