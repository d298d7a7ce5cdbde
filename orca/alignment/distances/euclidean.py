"""Mean Euclidean distance over all pairs of a target and a source sample, debiased.

Differs from the official code: its `l2` pairs samples by their places after a shuffle
(`euclidean_paired`). Without debiasing, this is what that one gives on average.
"""

from pydantic import Field

from orca.alignment.distance import Distance, DistanceSettings


class EuclideanSettings(DistanceSettings):
    """These settings say how the mean Euclidean distance is computed."""

    debiased: bool = Field(
        default=True,
        description="Half the mean distance within source and half that within target are"
        " subtracted, which makes this the energy distance; without that, the nearest target is a"
        " single point.",
    )


DISTANCE = Distance(
    title="Euclidean",
    origin="Shen et al. 2023 (arXiv:2302.05738), section 3.4; Szekely and Rizzo 2013",
    sees="one_class",
    settings=EuclideanSettings,
    computation="orca.alignment.euclidean:EuclideanComputation",
)
