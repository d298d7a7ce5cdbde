"""ORCA, Figure 5 (right): fields predicted at the resolution of training, and at twice it."""

from dataclasses import replace
from pathlib import Path

from orca.reporting.figure import Figure


def draw(inputs: list[Path], stem: Path) -> None:
    """Draw predicted and true fields at both resolutions."""
    from orca.reporting.fields import plot_fields

    plot_fields(inputs, stem)


def _files(task: str, body: str, points: int) -> tuple[str, ...]:
    run = f"predictions/{task.format(points)}/{body}/orca_pointwise/seed0"
    return f"{run}.npz", f"{run}_at_{2 * points}.npz"


PUBLISHED = Figure(
    title="Trained at 256 points, tested at 256 and at 512",
    paper="orca_icml2023",
    number="5 (right)",
    files=_files("pde_advection_{}", "roberta_base", 256),
    draw=draw,
    caption="True and predicted profiles of test samples; the model saw 256 points only.",
)
FIGURES = {
    "figure_5_right": PUBLISHED,
    "figure_5_right_simulated": replace(
        PUBLISHED,
        title="Simulated fields: trained at 256 points, tested at 256 and at 512",
        paper="",
        number="",
        files=_files("pde_advection_{}_simulated", "roberta_base", 256),
    ),
    "figure_5_right_small": replace(
        PUBLISHED,
        title="Simulated fields: trained at 32 points, tested at 32 and at 64",
        paper="",
        number="",
        files=_files("pde_advection_small_{}_simulated", "minilm", 32),
        caption="True and predicted profiles of test samples; the model saw 32 points only.",
    ),
}
