"""Root mean square error of fields, or of single numbers."""

from orca.evaluation.fields import Values, flattened, root_mean_square
from orca.evaluation.metric import Metric


def rmse(predicted: Values, target: Values) -> float:
    """Root mean square error, in the target's unit: of fields the mean over samples.

    Of single numbers it is the root of the mean over samples.
    """
    errors = flattened(predicted) - flattened(target)
    return float(root_mean_square(errors.T if target.ndim == 1 else errors).mean())


METRIC = Metric(title="RMSE", direction="lower", formula=rmse, kinds=("scalar", "field"))
