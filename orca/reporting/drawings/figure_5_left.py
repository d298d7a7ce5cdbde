"""ORCA, Figure 5 (left): PDEBench's errors, from Table 14."""

from pathlib import Path

from orca.reporting.figure import Figure


def draw(inputs: list[Path], stem: Path) -> None:
    """Draw the errors of each task and method."""
    from orca.reporting.figures_by_row import plot_errors_by_task

    plot_errors_by_task(inputs[0], stem)


FIGURE = Figure(
    title="PDEBench's errors",
    paper="orca_icml2023",
    number="5 (left)",
    table="table_14",
    draw=draw,
    caption=(
        "Normalised errors, on a logarithmic axis. Open signs are published numbers, filled ones "
        "ours. U-Net was not published on Navier-Stokes and Darcy flow."
    ),
)
