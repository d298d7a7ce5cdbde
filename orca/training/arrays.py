"""Arrays and tensors that a person hands over, as samples that a model takes."""

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from orca.data.sample_set import ArraySet, SampleSet
from orca.data.single_precision import check_range
from orca.data.target import Classes, Field, MultiLabel, Scalar, Target
from orca.errors import DataError
from orca.models.assemble import Model

Array = Tensor | np.ndarray


def as_inputs(model: torch.nn.Module, inputs: Array | SampleSet) -> SampleSet:
    """Return arrays as samples of a model whose targets nobody reads; otherwise as `as_samples`."""
    if not isinstance(inputs, Tensor | np.ndarray):
        return inputs
    values = _checked_inputs(model, inputs)
    return ArraySet(values, np.zeros(len(values), np.float32), Scalar())


def as_samples(
    model: Model, inputs: Array | SampleSet, targets: Array | None, *, free: bool = False
) -> SampleSet:
    """Return arrays as samples of a model; a set is returned as it is.

    Args:
        model: that takes them.
        inputs: samples x channels x length, or samples x channels x height x width.
        targets: one for each sample, of the shape of the model's output: class numbers [n] beside
            logits, numbers [n], labels of zeros and ones [n, labels], fields [n, channels, *grid].
        free: whether the targets may be of another shape, for a loss of the caller's own.

    Raises:
        DataError: if the arrays fit neither each other nor the model, there are no targets, or
            numbers are not finite in single precision.
    """
    if not isinstance(inputs, Tensor | np.ndarray):
        return inputs
    values = _checked_inputs(model, inputs)
    if targets is None:
        raise DataError(
            where="the targets", what="there are none", mend="give one target for each input"
        )
    found = _checked(targets, "the targets")
    if len(found) != len(values):
        raise DataError(
            where="the targets",
            what=f"there are {len(found)} of them for {len(values)} inputs",
            mend="give one target for each input",
        )
    kind = _free_kind(found) if free else _kind_for(found, _output_shape(model, values[:1]))
    return ArraySet(values, found, kind)


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


def device_of(model: torch.nn.Module) -> torch.device:
    """Return the device that a model's weights lie on."""
    return next(model.parameters()).device


def _checked_inputs(model: torch.nn.Module, inputs: Array) -> np.ndarray:
    values = _checked(inputs, "the inputs")
    assert isinstance(model, Model), "arrays go to a model that `orca.build` made"
    patches = model.embedder.patches
    if values.ndim != 2 + len(patches.size) or values.shape[1] != patches.channels:
        raise DataError(
            where="the inputs",
            what=f"they are of shape {list(values.shape)}, and the model takes samples of"
            f" {patches.channels} channels x {' x '.join(map(str, patches.size))}",
            mend="give samples x channels x length, or samples x channels x height x width; rows of"
            " numbers are samples x numbers x 1",
        )
    return values


def _checked(given: Array, what: str) -> np.ndarray:
    values = given.detach().cpu().numpy() if isinstance(given, Tensor) else np.asarray(given)
    if values.dtype.kind not in "fiub":
        raise DataError(where=what, what=f"they are of type {values.dtype}", mend="give numbers")
    if not len(values) or not np.isfinite(values).all():
        fault = "there are none" if not len(values) else "some of them are not finite"
        raise DataError(where=what, what=fault, mend="give finite numbers, at least one sample")
    if values.dtype.kind != "f" or values.dtype.itemsize <= 4:
        return values
    size = values[:1].size
    check_range(values.ravel(), lambda at: f"{what}, sample {at // size}", "numbers")
    return values.astype(np.float32)


def _output_shape(model: Model, sample: np.ndarray) -> tuple[int, ...]:
    """Return the shape of a model's output for one sample."""
    training = model.training
    with torch.no_grad():
        output = model.eval()(torch.from_numpy(sample).float().to(device_of(model)))
    model.train(training)
    return tuple(output.shape[1:])


def _kind_for(values: np.ndarray, output: tuple[int, ...]) -> Target:
    """Return the kind of target that these values are, by the shape of a model's output."""
    each = values.shape[1:]
    if not each and not output:
        return Scalar()
    if not each and len(output) == 1 and values.dtype.kind in "iu":
        if not 0 <= values.min() <= values.max() < output[0]:
            bad = values.min() if values.min() < 0 else values.max()
            raise DataError(
                where="the targets",
                what=f"the class {bad} is none of the model's {output[0]}",
                mend="number classes from 0, and build the model for as many as there are",
            )
        return Classes(output[0])
    if each != output:
        raise DataError(
            where="the targets",
            what=f"one is of shape {list(each)} and type {values.dtype}, and the model gives"
            f" {list(output)}",
            mend="give whole numbers [n] beside logits, else targets of the output's shape; or build"
            " the model for these targets",
        )
    return _free_kind(values)


def _free_kind(values: np.ndarray) -> Target:
    if values.ndim == 1:
        return Classes(int(values.max()) + 1) if values.dtype.kind in "iu" else Scalar()
    if values.ndim == 2:
        return MultiLabel(values.shape[1])
    return Field(grid=values.shape[2:], channels=values.shape[1])
