"""Metrics of numbers: fields, and single ones."""

import numpy as np
from jaxtyping import Float, Num

from orca.errors import DataError

Values = Num[np.ndarray, "n *grid"]


def _flat(predicted: Values, target: Values) -> tuple[Float[np.ndarray, "n values"], ...]:
    return tuple(array.reshape(len(array), -1).astype(np.float64) for array in (predicted, target))


def _root_mean_square(values: Float[np.ndarray, "n values"]) -> Float[np.ndarray, " n"]:
    return np.sqrt(np.mean(values**2, axis=1))


def _relative(predicted: Values, target: Values) -> Float[np.ndarray, " n"]:
    """Return each sample's RMS error over the RMS of its target."""
    guess, truth = _flat(predicted, target)
    sizes = _root_mean_square(truth)
    if not sizes.all():
        raise DataError(
            where=f"test sample {int(np.argmin(sizes))}",
            what="its target is zero everywhere, so no relative error is defined",
            mend="leave the sample out in the task's `read`, or use the metric rmse",
        )
    return _root_mean_square(guess - truth) / sizes


def relative_l2(predicted: Values, target: Values) -> float:
    """Mean over samples of ‖predicted - target‖₂ / ‖target‖₂; 0 when exact, no unit.

    All channels of a sample together.

    Source: Li et al. 2021 (arXiv:2010.08895), section 5; official code, `nmse`.

    Raises:
        DataError: if a target is zero everywhere.
    """
    return float(_relative(predicted, target).mean())


def nrmse_per_channel(
    predicted: Num[np.ndarray, "n channels *grid"], target: Num[np.ndarray, "n channels *grid"]
) -> float:
    """Mean over samples and channels of RMS error over RMS of the target; no unit.

    Source: Takamoto et al. 2022 (PDEBench, arXiv:2210.07182), its own averaging.

    Raises:
        DataError: if a channel of a target is zero everywhere.
    """
    channels = range(predicted.shape[1])
    return float(np.mean([_relative(predicted[:, c], target[:, c]).mean() for c in channels]))


def rmse(predicted: Values, target: Values) -> float:
    """Mean over samples of the root mean square error, in the target's unit.

    Of single numbers it is the mean absolute error.
    """
    guess, truth = _flat(predicted, target)
    return float(_root_mean_square(guess - truth).mean())


def r2(predicted: Values, target: Values) -> float:
    """One minus the squared error over the squared deviation from the targets' mean.

    1 when exact, 0 when predicting the mean; all numbers of the split together.

    Source: ORCA (ICML 2023), A.7; official code, drug response.

    Raises:
        DataError: if all targets are equal.
    """
    guess, truth = (array.ravel() for array in _flat(predicted, target))
    deviation = np.sum((truth - truth.mean()) ** 2)
    if deviation == 0:
        raise DataError(
            where="the split that r2 is computed on",
            what="all targets are equal, so no share of their variance can be explained",
            mend="use a larger split, or the metric rmse",
        )
    return float(1.0 - np.sum((guess - truth) ** 2) / deviation)
