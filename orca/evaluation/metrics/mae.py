"""Mean absolute error of fields, or of single numbers."""

import numpy as np

from orca.evaluation.fields import Values, blocks
from orca.evaluation.metric import Metric


def mae(predicted: Values, target: Values) -> float:
    """Mean of the absolute errors of all numbers, in the target's unit."""
    sums = [np.abs(guess - truth).sum() for guess, truth in blocks(predicted, target)]
    return float(sum(sums) / target.size)


METRIC = Metric(title="MAE", direction="lower", formula=mae, kinds=("scalar", "field"))
