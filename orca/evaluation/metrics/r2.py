"""Share of the targets' variance that predictions explain."""

import numpy as np

from orca.errors import DataError
from orca.evaluation.chunked import ChunkMean
from orca.evaluation.fields import Values, blocks
from orca.evaluation.metric import Metric, one_minus


def r2(predicted: Values, target: Values) -> float:
    """One minus the squared error over the squared deviation from the targets' mean.

    1 when exact, 0 when predicting the mean; all numbers of the split together, of fields the mean
    over channels, which may be in different units.

    Source: ORCA (ICML 2023), A.7; official code, drug response.

    Raises:
        DataError: if all targets are equal.
    """
    if target.ndim == 1:
        return _of_one(predicted, target)
    channels = range(target.shape[1])
    return float(np.mean([_of_one(predicted[:, c], target[:, c]) for c in channels]))


def _of_one(predicted: Values, target: Values) -> float:
    mean = sum(truth.sum() for _, truth in blocks(predicted, target)) / target.size
    both = [
        (np.sum((guess - truth) ** 2), np.sum((truth - mean) ** 2))
        for guess, truth in blocks(predicted, target)
    ]
    error, deviation = np.sum(both, axis=0)
    if deviation == 0:
        raise DataError(
            where="the split that r2 is computed on",
            what="all targets are equal, so no share of their variance can be explained",
            mend="use a larger split, or the metric rmse",
        )
    return float(1.0 - error / deviation)


METRICS = {
    "r2": Metric(
        title="R2", direction="higher", formula=r2, perfect=1.0, kinds=("scalar", "field")
    ),
    "one_minus_r2": Metric(
        title="1 - R2", direction="lower", formula=one_minus(r2), kinds=("scalar", "field")
    ),
    "r2_chunked": Metric(
        title="R2, by 1008",
        direction="higher",
        formula=ChunkMean(r2, size=1008),
        perfect=1.0,
        kinds=("scalar", "field"),
    ),
}
