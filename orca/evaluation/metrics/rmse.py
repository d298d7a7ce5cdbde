"""Root mean square error of fields, or of single numbers."""

from orca.evaluation.fields import Values, flattened, root_mean_square
from orca.evaluation.metric import Metric


def rmse(predicted: Values, target: Values) -> float:
    """Mean over samples of the root mean square error, in the target's unit.

    Of single numbers it is the mean absolute error.
    """
    return float(root_mean_square(flattened(predicted) - flattened(target)).mean())


METRIC = Metric(title="RMSE", direction="lower", formula=rmse)
