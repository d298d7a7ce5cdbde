"""The optimal transport dataset distance of each target class, solved to convergence.

For a target of one class the distances between classes move neither plan nor gradient: what a
step descends is debiased Sinkhorn between the class's features and all of the source's.
Differs from the official code: there, one pass of annealing stops short of the solution, most
so once the embedder is aligned (`otdd_official`).
"""

from orca.alignment.distance import Distance
from orca.alignment.otdd_settings import OtddSettings

DISTANCE = Distance(
    title="OTDD",
    origin="Shen et al. 2023 (arXiv:2302.05738), section 3.4 and Algorithm 1",
    sees="one_class",
    settings=OtddSettings,
    computation="orca.alignment.otdd_computation:OtddComputation",
)
