"""ORCA, Figure 2: performance profiles of the distances, from Table 9."""

from pathlib import Path

from orca.reporting.figure import Figure


def draw(inputs: list[Path], stem: Path) -> None:
    """Draw the profiles."""
    from orca.reporting.figures import plot_profile

    plot_profile(inputs[0], stem)


FIGURE = Figure(
    title="Performance profiles of the distances",
    paper="orca_icml2023",
    number="2",
    table="table_9",
    draw=draw,
    caption=(
        "The fraction of tasks on which aligning by a distance gives an error of at most τ times "
        "the least (Dolan and Moré 2002). Up and to the left is better."
    ),
)
