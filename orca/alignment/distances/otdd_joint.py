"""The optimal transport dataset distance between all target classes at once and the source.

This is the distance that the paper describes: labels on both sides, so that distances between
classes shape the plan. Differs from the official code: there, each target class is compared
with the source on its own, and source labels never reach the embedder.
"""

from orca.alignment.distance import Distance
from orca.alignment.distances.otdd import OtddSettings

DISTANCE = Distance(
    title="OTDD, all classes at once",
    origin="Shen et al. 2023 (arXiv:2302.05738), section 3.4 and A.1.1, equation 3",
    sees="all_classes",
    settings=OtddSettings,
    computation="orca.alignment.otdd:OtddComputation",
)
