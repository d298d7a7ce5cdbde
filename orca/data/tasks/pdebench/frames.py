"""Reads pairs of frames out of PDEBench's files, published or simulated, without loading them."""

from collections.abc import Iterator, Sequence
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
Rows = Sequence[str] | range
"""Samples of a file: names of its groups, or numbers."""


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
    groups = frames.layout == "groups"
    with _open(path) as file:
        rows = sorted(file) if groups else range(len(_array(file, str(frames.targets[0]))))
    if len(rows) != fit + test:
        raise damaged(path, f"it holds {len(rows)} samples instead of {fit + test}")
    if groups or frames.test == "last":
        for_fit, for_test = rows[:fit], rows[fit:]
    else:
        for_fit, for_test = rows[test:], rows[:test]
    later, test_later = frames.target_frame, frames.test_target_frame
    parts = [
        _part(path, frames, for_fit, later),
        _part(path, frames, for_test, later if test_later is None else test_later),
    ]
    if frames.targets_by:
        constants = [
            of_inputs("per_position", (block[which] for block in parts[0].blocks()), None)
            for which in (0, ("inputs", "targets").index(frames.targets_by))
        ]
        parts = [_encoded(part, *constants) for part in parts]
    return Splits(fit=parts[0], test=parts[1])


def _encoded(part: Part, for_inputs: Constants, for_targets: Constants) -> Part:
    def blocks() -> Iterator[Block]:
        for inputs, targets in part.blocks():
            yield for_inputs.encode(inputs), for_targets.encode(targets)

    return Part(part.count, blocks)


def _part(path: Path, frames: Frames, rows: Rows, later: int | None) -> Part:
    def blocks() -> Iterator[Block]:
        with _open(path) as file:
            for start in range(0, len(rows), SAMPLES_AT_ONCE):
                some = rows[start : start + SAMPLES_AT_ONCE]
                inputs = _stack(file, frames, frames.inputs, some, None if later is None else 0)
                yield inputs, _stack(file, frames, frames.targets, some, later)

    return Part(len(rows), blocks)


def _stack(
    file: "h5py.File", frames: Frames, keys: Sequence[str | int], rows: Rows, frame: int | None
) -> Float[np.ndarray, "n *sample"]:
    """Return one frame of some samples: [n, channels, *grid], every `stride`-th point."""
    place = _place(file, frame)
    if frames.layout == "groups":
        values = np.stack([_group_frame(file, str(name), place) for name in rows])
        stacked = np.moveaxis(values, -1, 1)[:, [int(key) for key in keys]]
    else:
        some = slice(int(rows[0]), int(rows[-1]) + 1)
        stacked = np.stack([_array_frame(file, str(key), some, place) for key in keys], axis=1)
    every = (slice(None), slice(None), *(slice(None, None, frames.stride),) * (stacked.ndim - 2))
    stacked = np.ascontiguousarray(stacked[every], np.float32)
    return stacked.reshape(len(rows), 1, -1) if frames.flat else stacked


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
        return np.asarray(_array(file, f"{name}/data")[place])


def _array_frame(
    file: "h5py.File", key: str, rows: slice, place: int | None
) -> Float[np.ndarray, "n *grid"]:
    """Return a frame of an array; the one of Darcy flow has an axis of length 1 for time."""
    array = _array(file, key)
    if place is None:
        values = array[rows]
        return np.asarray(values[:, 0] if values.ndim == 4 else values)
    if not place < array.shape[1]:
        where = f"{file.filename}, '{key}'"
        raise damaged(where, f"it has {array.shape[1]} frames; frame {place} was asked for")
    return np.asarray(array[rows, place])


def _array(file: "h5py.File", key: str) -> "h5py.Dataset":
    return own_array(file, key, mend="fetch it again")


def _open(path: Path) -> "h5py.File":
    import h5py

    with reading(path, "it is missing or no HDF5 file", OSError):
        return h5py.File(path, "r")
