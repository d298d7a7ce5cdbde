"""Reads pairs of frames out of PDEBench's files, published or simulated, without loading them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from jaxtyping import Float

from orca.data.hdf5_checks import own_array
from orca.data.normalise import Constants, of_inputs
from orca.data.raw_file import damaged, reading
from orca.data.task import Block, Part, Splits, Task

if TYPE_CHECKING:
    import h5py

SAMPLES_AT_ONCE = 32


@dataclass(frozen=True, kw_only=True)
class Frames:
    """Which numbers of a file are a sample's input and target.

    Args:
        layout: `arrays` for a file of large arrays, `groups` for one with a group per sample.
        test: where the test samples stand; in `groups` they are always the last.
        inputs: arrays that the input's channels come from; in `groups`, numbers of channels.
        targets: the same for the target.
        stride: every how many grid points are kept, along each axis.
        target_frame: number of the frame to predict from frame 0; None for arrays without time.
        test_target_frame: another one for the test samples, as in the official code.
        flat: channels are laid end to end as one long channel.
        targets_by: constants that targets are normalised with for good, inputs with their own:
            those of the `inputs`, or of the `targets` frame itself; empty for none.
    """

    layout: Literal["arrays", "groups"]
    inputs: tuple[str | int, ...]
    targets: tuple[str | int, ...]
    test: Literal["first", "last"] = "first"
    stride: int = 1
    target_frame: int | None = None
    test_target_frame: int | None = None
    flat: bool = False
    targets_by: Literal["", "inputs", "targets"] = ""


def read(raw: Path, task: Task) -> Splits:
    """Read a PDEBench task as its `Frames` say.

    Raises:
        DataError: if the file lacks an array, a frame or samples.
    """
    frames = task.option
    assert isinstance(frames, Frames)
    path = raw / task.files[0].name
    fit, test = task.samples.fit, task.samples.test
    with _open(path) as file:
        names = _sample_names(file, frames)
    if len(names) != fit + test:
        raise damaged(path, f"it holds {len(names)} samples instead of {fit + test}")
    test_first = frames.layout == "arrays" and frames.test == "first"
    test_names = names[:test] if test_first else names[fit:]
    fit_names = names[test:] if test_first else names[:fit]
    later = frames.target_frame
    test_later = frames.test_target_frame if frames.test_target_frame is not None else later
    parts = [
        _part(path, frames, fit_names, later, task),
        _part(path, frames, test_names, test_later, task),
    ]
    if frames.targets_by:
        own = of_inputs("per_position", (inputs for inputs, _ in parts[0].blocks()), None)
        of_frame = of_inputs("per_position", (targets for _, targets in parts[0].blocks()), None)
        by = own if frames.targets_by == "inputs" else of_frame
        parts = [_encoded(part, own, by) for part in parts]
    return Splits(fit=parts[0], test=parts[1])


def _encoded(part: Part, for_inputs: Constants, for_targets: Constants) -> Part:
    def blocks() -> Iterator[Block]:
        for inputs, targets in part.blocks():
            yield for_inputs.encode(inputs), for_targets.encode(targets)

    return Part(part.count, blocks)


def _part(path: Path, frames: Frames, names: list[str], later: int | None, task: Task) -> Part:
    def blocks() -> Iterator[Block]:
        with _open(path) as file:
            for start in range(0, len(names), SAMPLES_AT_ONCE):
                some = names[start : start + SAMPLES_AT_ONCE]
                inputs = _stack(file, frames, frames.inputs, some, 0 if later is not None else None)
                targets = _stack(file, frames, frames.targets, some, later)
                yield inputs, targets

    return Part(len(names), blocks)


def _sample_names(file: "h5py.File", frames: Frames) -> list[str]:
    if frames.layout == "groups":
        return sorted(file)
    array = own_array(file, str(frames.targets[0]), mend="fetch it again")
    return [str(number) for number in range(array.shape[0])]


def _stack(
    file: "h5py.File",
    frames: Frames,
    sources: tuple[str | int, ...],
    names: list[str],
    frame: int | None,
) -> Float[np.ndarray, "n *sample"]:
    """Return one frame of some samples: [n, channels, *grid], every `stride`-th point."""
    place = _place(file, frame)
    if frames.layout == "groups":
        channels = [int(source) for source in sources]
        values = np.stack([_group_frame(file, name, place) for name in names])
        stacked = np.moveaxis(values, -1, 1)[:, channels]
    else:
        rows = slice(int(names[0]), int(names[-1]) + 1)
        arrays = [_array_frame(file, str(key), rows, place) for key in sources]
        stacked = np.stack(arrays, axis=1)
    every = (slice(None), slice(None), *(slice(None, None, frames.stride),) * (stacked.ndim - 2))
    stacked = np.ascontiguousarray(stacked[every], np.float32)
    return stacked.reshape(len(names), 1, -1) if frames.flat else stacked


def _place(file: "h5py.File", frame: int | None) -> int | None:
    """Return where a frame stands in the file; simulated files may hold a few frames only."""
    if frame is None or "frames" not in file.attrs:
        return frame
    kept = [int(number) for number in file.attrs["frames"]]
    if frame not in kept:
        raise damaged(file.filename, f"it holds the frames {kept}, not frame {frame}")
    return kept.index(frame)


def _group_frame(
    file: "h5py.File", name: str, place: int | None
) -> Float[np.ndarray, "*grid channels"]:
    what = f"frame {place} of its 'data' cannot be read"
    with reading(f"{file.filename}, sample '{name}'", what, KeyError, ValueError, IndexError):
        return np.asarray(own_array(file, f"{name}/data", mend="fetch it again")[place])


def _array_frame(
    file: "h5py.File", key: str, rows: slice, place: int | None
) -> Float[np.ndarray, "n *grid"]:
    """Return a frame of an array; the one of Darcy flow has an axis of length 1 for time."""
    array = own_array(file, key, mend="fetch it again")
    if place is None:
        values = array[rows]
        return np.asarray(values[:, 0] if values.ndim == 4 else values)
    if not place < array.shape[1]:
        where = f"{file.filename}, '{key}'"
        raise damaged(where, f"it has {array.shape[1]} frames; frame {place} was asked for")
    return np.asarray(array[rows, place])


def _open(path: Path) -> "h5py.File":
    import h5py

    with reading(path, "it is missing or no HDF5 file", OSError):
        return h5py.File(path, "r")
