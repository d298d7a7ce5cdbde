"""The relative error of each sample, of which metrics of fields are means."""

import numpy as np
from jaxtyping import Float

from orca.errors import DataError
from orca.evaluation.fields import Values, blocks, root_mean_square


def relative_errors(predicted: Values, target: Values) -> Float[np.ndarray, " n"]:
    """Return each sample's RMS error over the RMS of its target.

    Raises:
        DataError: if a target is zero everywhere.
    """
    both = [
        (root_mean_square(guess - truth), root_mean_square(truth))
        for guess, truth in blocks(predicted, target)
    ]
    errors, sizes = (np.concatenate(parts) for parts in zip(*both, strict=True))
    if not sizes.all():
        raise DataError(
            where=f"test sample {int(np.argmin(sizes))}",
            what="its target is zero everywhere, so no relative error is defined",
            mend="leave the sample out in the task's `read`, or use the metric rmse",
        )
    return errors / sizes
