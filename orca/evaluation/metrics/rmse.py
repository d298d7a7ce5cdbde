"""Root mean square error of fields, or of single numbers."""

import numpy as np

from orca.evaluation.fields import Values, blocks, root_mean_square
from orca.evaluation.metric import Metric


def rmse(predicted: Values, target: Values) -> float:
    """Mean over samples of the root mean square error, in the target's unit.

    Of single numbers it is the mean absolute error.
    """
    errors = [root_mean_square(guess - truth) for guess, truth in blocks(predicted, target)]
    return float(np.concatenate(errors).mean())


METRIC = Metric(title="RMSE", direction="lower", formula=rmse)
