"""Whether one method is better than another by more than chance, on the same test samples.

Two things make a difference uncertain: which samples the test split happens to hold, and the
seeds of the runs. A bootstrap draws each anew, the samples alike for both methods, so that what
makes a sample hard for both cancels; the two deviations add up. It works for every metric, also
for those that are no mean over samples. What a seed does to single samples counts in both
deviations, so an interval is rather too wide than too narrow.

Source: Efron and Tibshirani 1993, chapters 6 and 13 (bootstrap of a mean of few values;
percentile interval).
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Shaped

from orca.errors import DataError
from orca.evaluation.metric import Metric

LEVEL = 0.95
DRAWS = 1000
NUMBERS_AT_MOST = 2 * 10**9  # that all draws together read, where predictions are large
LEAST_DRAWS = 100


@dataclass(frozen=True)
class PairedDifference:
    """By how much the first method is better; below 0 it is worse.

    Between `low` and `high` lie `LEVEL` of the draws.
    """

    value: float  # error of the second less error of the first, each a mean over its seeds
    low: float
    high: float
    samples: int
    seeds: tuple[int, int]  # how many, of the first and of the second

    @property
    def beyond_noise(self) -> bool:
        """Whether the interval leaves out "no difference"."""
        return self.low > 0 or self.high < 0


def paired_difference(
    metric: Metric,
    first: Sequence[Float[np.ndarray, "n *output"]],
    second: Sequence[Float[np.ndarray, "n *output"]],
    target: Shaped[np.ndarray, "n *target"],
    *,
    generator: np.random.Generator,
) -> PairedDifference:
    """Return by how much the first method is better than the second, with its interval.

    Each has predictions for each of its seeds, whose numbers may differ. Draws on which the metric
    is not defined (such as one without a sample of some class) are left out.

    Raises:
        DataError: if the metric is defined on hardly any draw.
    """
    sides = (first, second)
    size = sum(each.size for side in sides for each in side)
    draws = int(np.clip(NUMBERS_AT_MOST // max(1, size), LEAST_DRAWS, DRAWS))
    errors = [_errors(metric, side, target) for side in sides]
    value = float(errors[1].mean() - errors[0].mean())
    found = []
    for _ in range(draws):
        rows = generator.integers(len(target), size=len(target))
        with suppress(DataError):
            drawn = [
                _errors(metric, [p[rows] for p in side], target[rows]).mean() for side in sides
            ]
            found.append(float(drawn[1] - drawn[0]))
    if len(found) < draws / 2:
        raise DataError(
            where=f"the metric '{metric.title}'",
            what=f"it is defined on {len(found)} of {draws} draws of the test samples",
            mend="more test samples are needed, of every class",
        )
    by_seed = [_deviations(each, len(found), generator) for each in errors]
    low, high = np.quantile(
        np.array(found) + by_seed[1] - by_seed[0], [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    )
    seeds = (len(first), len(second))
    return PairedDifference(value, float(low), float(high), len(target), seeds)


def _deviations(
    errors: Float[np.ndarray, " seeds"], draws: int, generator: np.random.Generator
) -> Float[np.ndarray, " draws"]:
    """Return how far the mean over seeds moves when these are drawn anew; 0 for one seed."""
    count = len(errors)
    drawn = errors[generator.integers(count, size=(draws, count))].mean(axis=1) - errors.mean()
    # The spread of few values, as drawn from themselves, is too small by this factor.
    return drawn * np.sqrt(count / (count - 1)) if count > 1 else drawn


def _errors(
    metric: Metric, predicted: Sequence[np.ndarray], target: np.ndarray
) -> Float[np.ndarray, " seeds"]:
    return np.array([metric.error(metric.compute(each, target)) for each in predicted])
