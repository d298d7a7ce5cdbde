"""ORCA, Figure 3: performance profiles of the main comparison, from Table 2."""

from pathlib import Path

from orca.reporting.figure import Figure


def draw(inputs: list[Path], stem: Path) -> None:
    """Draw the profiles."""
    from orca.reporting.figures import plot_profile

    plot_profile(inputs[0], stem)


FIGURE = Figure(
    title="Performance profiles of the main comparison",
    paper="orca_icml2023",
    number="3",
    table="table_2",
    draw=draw,
    caption=(
        "The fraction of tasks on which a method has an error of at most τ times "
        "the least (Dolan and Moré 2002). Up and to the left is better."
    ),
)
