"""Maximum mean discrepancy between a target class and the source: five Gaussian kernels."""

from typing import Literal

from pydantic import Field

from orca.alignment.distance import Distance, DistanceSettings


class MmdSettings(DistanceSettings):
    """These settings say how the maximum mean discrepancy is computed."""

    rows: Literal["drawn", "all"] = Field(
        default="drawn",
        description="The target is compared with `all` source samples, or with as many as it has"
        " itself, `drawn` with replacement as in the official code.",
    )


DISTANCE = Distance(
    title="MMD",
    origin="Shen et al. 2023 (arXiv:2302.05738), section 3.4; Gretton et al. 2012",
    sees="one_class",
    settings=MmdSettings,
    computation="orca.alignment.mmd:MmdComputation",
)
