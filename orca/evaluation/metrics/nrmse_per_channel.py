"""Relative error of fields, each channel on its own."""

import numpy as np
from jaxtyping import Num

from orca.evaluation.fields import relative_errors
from orca.evaluation.metric import Metric


def nrmse_per_channel(
    predicted: Num[np.ndarray, "n channels *grid"], target: Num[np.ndarray, "n channels *grid"]
) -> float:
    """Mean over samples and channels of RMS error over RMS of the target; no unit.

    Source: Takamoto et al. 2022 (PDEBench, arXiv:2210.07182), its own averaging.

    Raises:
        DataError: if a channel of a target is zero everywhere.
    """
    channels = range(predicted.shape[1])
    return float(np.mean([relative_errors(predicted[:, c], target[:, c]).mean() for c in channels]))


METRIC = Metric(
    title="nRMSE by channel", direction="lower", formula=nrmse_per_channel, kinds=("field",)
)
