"""ORCA, Figure 4 (right): accuracy by the share of the training data."""

from pathlib import Path

from orca.reporting.figure import Figure


def draw(inputs: list[Path], stem: Path) -> None:
    """Draw a curve for each method."""
    from orca.reporting.figures_by_row import plot_by_share

    plot_by_share(inputs[0], stem, along="share of the training data (%)")


FIGURE = Figure(
    title="Satellite by share of the training data",
    paper="orca_icml2023",
    number="4 (right)",
    table="figure_4_right",
    draw=draw,
    caption="Test error on Satellite; bars are standard deviations over seeds.",
)
