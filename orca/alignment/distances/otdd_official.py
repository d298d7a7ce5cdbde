"""The optimal transport dataset distance as the official code computes it, for fidelity.

Debiased Sinkhorn by geomloss's schedule: one pass of annealing, temperature divided by 4 a
step, no check of convergence; source classes of one sample are left out.
"""

from orca.alignment.distance import Distance
from orca.alignment.distances.otdd import OtddSettings, Schedule, SingleSamples


class OfficialSettings(OtddSettings):
    """OTDD is solved, and leaves out source classes of one sample, as in the official code."""

    schedule: Schedule = "official"
    single_samples: SingleSamples = False


DISTANCE = Distance(
    title="OTDD, official schedule",
    origin="Shen et al. 2023 (arXiv:2302.05738), section 3.4; official code, `otdd-exact`",
    sees="one_class",
    settings=OfficialSettings,
    computation="orca.alignment.otdd:OtddComputation",
    variant_of="otdd",
    as_published=True,
)
