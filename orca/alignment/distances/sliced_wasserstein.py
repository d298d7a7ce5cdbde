"""Squared Wasserstein distance of a target class from the source along random directions.

Beyond the paper: it sorts instead of solving a transport problem, needs no regularisation, and
is 0 only between equal sets.
"""

from pydantic import Field

from orca.alignment.distance import Distance, DistanceSettings


class SlicedSettings(DistanceSettings):
    """These settings say how the sliced Wasserstein distance is computed."""

    directions: int = Field(
        default=128, gt=0, description="Each call draws this many random directions anew."
    )


DISTANCE = Distance(
    title="Sliced Wasserstein",
    origin="Bonneel et al. 2015, Sliced and Radon Wasserstein barycenters of measures",
    sees="one_class",
    settings=SlicedSettings,
    computation="orca.alignment.sliced_wasserstein:SlicedComputation",
)
