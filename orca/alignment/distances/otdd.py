"""The optimal transport dataset distance of each target class, solved to convergence.

For a target of one class the distances between classes, held fixed, move neither plan nor gradient: what a
step descends is debiased Sinkhorn between the class's features and all of the source's.
Differs from the official code: there, one pass of annealing stops short of the solution, most
so once the embedder is aligned (`otdd_official`).
"""

from typing import Annotated, Literal

from pydantic import Field

from orca.alignment.distance import Distance, DistanceSettings

Inner = Annotated[
    Literal["exact", "gaussian"],
    Field(
        description="The distance between two classes is the cost of transporting the samples of"
        " one to those of the other (`exact`), or that of Bures and Wasserstein between Gaussians"
        " of their means and covariances (`gaussian`)."
    ),
]
Schedule = Annotated[
    Literal["converged", "official"],
    Field(
        description="Sinkhorn iterates to `tolerance` (`converged`), or stops after one pass of"
        " annealing that divides the temperature by 2^p a step (`official`, as in the official"
        " code)."
    ),
]
LabelGradient = Annotated[
    bool, Field(description="The gradient goes through the distances between classes, too.")
]
SingleSamples = Annotated[
    bool,
    Field(
        description="A class of one source sample takes part; the official code leaves it out of"
        " the source."
    ),
]


class OtddSettings(DistanceSettings):
    """These settings say how the optimal transport dataset distance is computed."""

    inner: Inner = "exact"
    p: Literal[1, 2] = Field(
        default=2,
        description="Moving one sample onto another costs the distance of their features to this"
        " power, divided by the power.",
    )
    reg: float = Field(
        default=0.1,
        gt=0,
        description="Entropy regularises the transport with this weight eps, in the units of the"
        " cost, which is distance^p / p.",
    )
    debiased: bool = Field(
        default=True,
        description="The self-terms of source and target are subtracted, so that a set has"
        " distance 0 to itself.",
    )
    solver: Literal["sinkhorn", "emd"] = Field(
        default="sinkhorn",
        description="Transport is regularised by entropy (`sinkhorn`), or exact and slow, by"
        " network simplex (`emd`).",
    )
    schedule: Schedule = "converged"
    tolerance: float = Field(
        default=1e-3,
        gt=0,
        description="The `converged` schedule stops where the marginals of the plan are off by no"
        " more than this, in L1.",
    )
    label_gradient: LabelGradient = False
    single_samples: SingleSamples = True


DISTANCE = Distance(
    title="OTDD",
    origin="Shen et al. 2023 (arXiv:2302.05738), section 3.4 and Algorithm 1",
    sees="one_class",
    settings=OtddSettings,
    computation="orca.alignment.otdd:OtddComputation",
)
