"""Root mean square error of fields, or of single numbers."""

import numpy as np

from orca.evaluation.fields import Values, blocks, root_mean_square
from orca.evaluation.metric import Metric


def rmse(predicted: Values, target: Values) -> float:
    """Root mean square error, in the target's unit: of fields the mean over samples.

    Of single numbers it is the root of the mean over samples.
    """
    errors = [root_mean_square(guess - truth) for guess, truth in blocks(predicted, target)]
    of_samples = np.concatenate(errors)
    if target.ndim == 1:
        return float(root_mean_square(of_samples[None])[0])
    return float(of_samples.mean())


METRIC = Metric(title="RMSE", direction="lower", formula=rmse, kinds=("scalar", "field"))
