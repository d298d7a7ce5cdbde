"""ORCA, Figure 5 (right): fields predicted at the resolution of training, and at twice it."""

from pathlib import Path

from orca.reporting.figure import Figure


def draw(inputs: list[Path], stem: Path) -> None:
    """Draw predicted and true fields at both resolutions."""
    from orca.reporting.fields import plot_fields

    plot_fields(inputs, stem)


RUN = "pde_advection_256/roberta_base/orca_pointwise/seed0"

FIGURE = Figure(
    title="Trained at 256 points, tested at 256 and at 512",
    paper="orca_icml2023",
    number="5 (right)",
    files=(f"predictions/{RUN}.npz", f"predictions/{RUN}_at_512.npz"),
    draw=draw,
    caption="True and predicted profiles of test samples; the model saw 256 points only.",
)
