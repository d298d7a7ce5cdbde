"""The optimal transport dataset distance with a Gaussian in the place of each class.

The distance between two classes is that of Bures and Wasserstein, and gradient flows through
it: beside moving single samples it fits mean and covariance of the class to the source's.
"""

from orca.alignment.distance import Distance
from orca.alignment.distances.otdd import Inner, LabelGradient, OtddSettings


class GaussianSettings(OtddSettings):
    """OTDD has Gaussians in the classes' places; the gradient goes through them (official code)."""

    inner: Inner = "gaussian"
    label_gradient: LabelGradient = True


DISTANCE = Distance(
    title="OTDD between Gaussians",
    origin="Shen et al. 2023 (arXiv:2302.05738), A.1.2; Alvarez-Melis and Fusi 2020"
    " (arXiv:2002.02923), section 4.3",
    sees="one_class",
    settings=GaussianSettings,
    computation="orca.alignment.otdd:OtddComputation",
)
