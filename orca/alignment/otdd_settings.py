"""Settings of the optimal transport dataset distance, with their defaults and ranges."""

from typing import Literal

from pydantic import Field

from orca.alignment.distance import DistanceSettings


class OtddSettings(DistanceSettings):
    """How the optimal transport dataset distance is computed."""

    inner: Literal["exact", "gaussian"] = Field(
        "exact",
        description="distance between two classes: transport of their samples, or"
        " Bures-Wasserstein between Gaussians of their mean and covariance",
    )
    p: Literal[1, 2] = Field(2, description="exponent of the feature distance in the cost")
    reg: float = Field(
        0.1, gt=0, description="entropic regularisation eps, in units of the cost; see `p`"
    )
    debiased: bool = Field(
        True, description="subtract the self-terms, so that a set has distance 0 to itself"
    )
    solver: Literal["sinkhorn", "emd"] = Field(
        "sinkhorn", description="entropic transport, or unregularised by network simplex (slow)"
    )
    schedule: Literal["converged", "official"] = Field(
        "converged",
        description="iterate to `tolerance`, or stop after one pass of annealing, temperature"
        " divided by 2^p a step, as the official code does",
    )
    tolerance: float = Field(
        1e-3, gt=0, description="L1 error of the plan's marginals to stop at; converged only"
    )
    label_gradient: bool = Field(
        False, description="let the gradient through the distances between classes, too"
    )


class OfficialSettings(OtddSettings):
    """The official code's way of solving."""

    schedule: Literal["converged", "official"] = "official"


class GaussianSettings(OtddSettings):
    """Gaussians in the classes' places; the official code lets the gradient through them."""

    inner: Literal["exact", "gaussian"] = "gaussian"
    label_gradient: bool = True
