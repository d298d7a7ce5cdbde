"""Arrays and tensors that a person hands over, as a set of samples."""

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from orca.data.sample_set import ArraySet, SampleSet
from orca.data.target import Classes, Field, MultiLabel, Scalar, Target
from orca.errors import DataError

Array = Tensor | np.ndarray
AXES = (3, 4)  # of inputs: samples, channels, and one or two axes more


def as_samples(inputs: Array | SampleSet, targets: Array | None = None) -> SampleSet:
    """Return arrays as a set of samples; a set as it is.

    Args:
        inputs: samples x channels x length, or samples x channels x height x width.
        targets: one for each sample; whole numbers [n] are classes, numbers [n] are numbers,
            [n, labels] are labels, [n, channels, *grid] fields.

    Raises:
        DataError: if the arrays do not go together, or hold numbers that are not finite.
    """
    if not isinstance(inputs, Tensor | np.ndarray):
        return inputs
    values = _checked(inputs, "the inputs")
    if values.ndim not in AXES:
        raise DataError(
            where="the inputs",
            what=f"they have {values.ndim} axes",
            mend="give samples x channels x length, or samples x channels x height x width; rows of"
            " numbers are samples x numbers x 1",
        )
    if targets is None:
        return ArraySet(values, None, Scalar())
    found = _checked(targets, "the targets")
    if len(found) != len(values):
        raise DataError(
            where="the targets",
            what=f"there are {len(found)} of them for {len(values)} inputs",
            mend="give one target for each input",
        )
    return ArraySet(values, found, _target_like(found))


def row_numbers(data: SampleSet) -> Int[np.ndarray, " n"]:
    """Return the numbers of all samples in memory.

    Raises:
        DataError: if the set is not in memory, whose numbers the caller has to give.
    """
    if not isinstance(data, ArraySet):
        raise DataError(
            where=data.place,
            what="it is not said which of its samples take part",
            mend="give `rows`, as `Prepared.rows` returns them",
        )
    return np.arange(len(data.inputs))


def _checked(given: Array, what: str) -> np.ndarray:
    values = given.detach().cpu().numpy() if isinstance(given, Tensor) else np.asarray(given)
    if values.dtype.kind not in "fiub":
        raise DataError(where=what, what=f"they are of type {values.dtype}", mend="give numbers")
    if not len(values) or not np.isfinite(values).all():
        fault = "there are none" if not len(values) else "some of them are not finite"
        raise DataError(where=what, what=fault, mend="give finite numbers, at least one sample")
    return values.astype(np.float32) if values.dtype == np.float64 else values


def _target_like(values: np.ndarray) -> Target:
    """Return what kind of target these values are of."""
    if values.ndim == 1:
        whole = values.dtype.kind in "iu"
        if whole and values.min() < 0:
            raise DataError(
                where="the targets", what="a class is below 0", mend="number classes from 0"
            )
        return Classes(int(values.max()) + 1) if whole else Scalar()
    if values.ndim == 2:
        return MultiLabel(values.shape[1])
    return Field(grid=values.shape[2:], channels=values.shape[1])


def device_of(model: torch.nn.Module) -> torch.device:
    """Return the device that a model's weights lie on."""
    return next(model.parameters()).device
