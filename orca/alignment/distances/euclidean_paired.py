"""Mean Euclidean distance between target samples and source samples paired at random.

As the official code's `l2`, its bias included. It is no distance between sets: it depends on
the draw, and is not 0 between a set and itself.
"""

from orca.alignment.distance import Distance, DistanceSettings


class PairedSettings(DistanceSettings):
    """The paired Euclidean distance has no settings."""


DISTANCE = Distance(
    title="Euclidean, paired",
    origin="Shen et al. 2023 (arXiv:2302.05738), section 3.4; official code, `l2`",
    sees="one_class",
    settings=PairedSettings,
    computation="orca.alignment.euclidean:PairedComputation",
    variant_of="euclidean",
    as_published=True,
)
