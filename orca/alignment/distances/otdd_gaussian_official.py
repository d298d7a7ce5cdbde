"""The optimal transport dataset distance between Gaussians as the official code computes it.

As `otdd_official`, with a Gaussian in the place of each class; automatic differentiation meets
each distance between classes twice there, so that its share of the gradient is doubled.
"""

from orca.alignment.distance import Distance
from orca.alignment.distances.otdd import Inner, LabelGradient
from orca.alignment.distances.otdd_official import OfficialSettings


class OfficialGaussianSettings(OfficialSettings):
    """OTDD has Gaussians in the classes' places, and is solved as in the official code."""

    inner: Inner = "gaussian"
    label_gradient: LabelGradient = True


DISTANCE = Distance(
    title="OTDD between Gaussians, official schedule",
    origin="Shen et al. 2023 (arXiv:2302.05738), A.1.2; official code, `otdd-gaussian`",
    sees="one_class",
    settings=OfficialGaussianSettings,
    computation="orca.alignment.otdd:OtddComputation",
    variant_of="otdd_gaussian",
    as_published=True,
)
