"""Relative error of fields, or of single numbers, all channels of a sample together."""

from orca.evaluation.fields import Values, relative_errors
from orca.evaluation.metric import Metric


def relative_l2(predicted: Values, target: Values) -> float:
    """Mean over samples of ‖predicted - target‖₂ / ‖target‖₂; 0 when exact, no unit.

    All channels of a sample together.

    Source: Li et al. 2021 (arXiv:2010.08895), section 5; official code, `nmse`.

    Raises:
        DataError: if a target is zero everywhere.
    """
    return float(relative_errors(predicted, target).mean())


METRICS = {
    "relative_l2": Metric(
        title="relative L2", direction="lower", formula=relative_l2, kinds=("scalar", "field")
    ),
    # PDEBench's name for the same formula: RMS error over RMS of the target.
    "nrmse": Metric(
        title="nRMSE", direction="lower", formula=relative_l2, kinds=("scalar", "field")
    ),
}
