"""Mean absolute error of fields, or of single numbers."""

import numpy as np

from orca.evaluation.fields import Values, flattened
from orca.evaluation.metric import Metric


def mae(predicted: Values, target: Values) -> float:
    """Mean of the absolute errors of all numbers, in the target's unit."""
    return float(np.abs(flattened(predicted) - flattened(target)).mean())


METRIC = Metric(title="MAE", direction="lower", formula=mae, kinds=("scalar", "field"))
