"""Maximum mean discrepancy between a target class and the source: five Gaussian kernels."""

from typing import Literal

from pydantic import Field

from orca.alignment.distance import Computation, Distance, DistanceSettings


class MmdSettings(DistanceSettings):
    """How the maximum mean discrepancy is computed."""

    rows: Literal["drawn", "all"] = Field(
        "drawn",
        description="source samples compared with: as many as the target has, drawn with"
        " replacement as in the official code, or all",
    )


def load() -> Computation:
    """Import and return the computation."""
    from orca.alignment.mean_discrepancy import MmdComputation

    return MmdComputation()


DISTANCE = Distance(
    title="MMD",
    origin="Shen et al. 2023 (arXiv:2302.05738), section 3.4; Gretton et al. 2012",
    sees="one_class",
    settings=MmdSettings,
    load=load,
)
