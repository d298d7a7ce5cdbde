"""Arrays of a person's file: their axes, their values in blocks, and what is wrong with them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int

from orca.data.entry import TaskEntry
from orca.data.own.array_file import opened, reading_arrays
from orca.data.single_precision import check_digits, finite_numbers
from orca.errors import DataError

COLOURS = (1, 3, 4)
"""Channels that pictures have; a last axis of this length may be theirs."""

AXES = "[n, length], [n, channels, length] or [n, channels, height, width]"
STANDARD = {2: ("sample", "length"), 3: ("sample", "channel", "length")}
GRID = ("sample", "channel", "height", "width")
ORDER = ("sample", "channel", "length", "height", "width")  # of the axes, as tasks have them

PORTION = 2**24
"""Samples are read in portions of about this many bytes."""


def portions(rows: Int[np.ndarray, " n"], size: int) -> Iterator[Int[np.ndarray, " _"]]:
    """Yield the numbers of samples, each of `size` bytes, in portions."""
    step = max(1, PORTION // max(1, size))
    for start in range(0, len(rows), step):
        yield rows[start : start + step]


@dataclass(frozen=True)
class OwnArray:
    """An array of a person's file, in the order of axes that tasks have.

    It is in memory or in its HDF5 file; `one` is an axis of length 1 that is dropped.
    """

    stored: Any
    where: str
    axes: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of what `take` gives of all samples: samples, channels, then the others."""
        return _in_order(self.stored.shape, self.axes)

    @property
    def sample_bytes(self) -> int:
        """Size of a sample as it is stored."""
        return int(np.prod(self.shape[1:])) * int(self.stored.dtype.itemsize)

    def take(self, rows: Int[np.ndarray, " n"]) -> np.ndarray:
        """Return some samples, in the order asked for."""
        values = self._read(rows)
        return values if values.dtype == np.uint8 else values.astype(np.float32)

    def check_learnt(self, rows: Int[np.ndarray, " n"]) -> None:
        """Check that single precision keeps the digits of the samples that are learnt from."""
        kind = self.stored.dtype
        if kind.itemsize <= (4 if kind.kind == "f" else 2):
            return
        size = int(np.prod(self.shape[2:]))  # of a channel of a sample
        check_digits(
            (
                np.moveaxis(self._read(some), 1, -1).reshape(-1, self.shape[1])
                for some in portions(rows, self.sample_bytes)
            ),
            lambda row, _: f"{self.where}, sample {rows[row // size]}",
            "values",
        )

    def _read(self, rows: Int[np.ndarray, " n"]) -> np.ndarray:
        ascending, place = np.unique(rows, return_inverse=True)
        index: list[Any] = [0 if axis == "one" else slice(None) for axis in self.axes]
        index[self.axes.index("sample")] = ascending
        kept = [axis for axis in self.axes if axis != "one"]
        with reading_arrays(self.where):
            values = np.asarray(self.stored[tuple(index)])
        order = [kept.index(axis) for axis in ORDER if axis in kept]
        values = values.transpose(order)[place]
        if "channel" not in self.axes:
            values = values[:, None]
        if values.dtype == np.uint8:
            return values
        return finite_numbers(values, lambda at: f"{self.where}, sample {rows[at]}", "values")


def inputs_of(path: Path, entry: TaskEntry, *, shown: str) -> OwnArray:
    """Return the inputs of a file of arrays."""
    with opened(path, entry, shown=shown) as file:
        stored = file.array(entry.input_key)
    where = f"{shown}, '{entry.input_key}'"
    _check_numbers(stored, where)
    return OwnArray(stored, where, axes_of(tuple(stored.shape), entry, where))


def targets_of(path: Path, entry: TaskEntry, name: str, *, shown: str) -> np.ndarray:
    """Return an array of targets, groups or parts as it stands in a file."""
    with opened(path, entry, shown=shown) as file:
        return np.asarray(file.array(name)[()])


def input_shape(path: Path, entry: TaskEntry, *, shown: str) -> tuple[int, ...]:
    """Return the shape of the inputs in the order of tasks, from the array's header alone."""
    with opened(path, entry, shown=shown) as file:
        shape = file.shape(entry.input_key)
    return _in_order(shape, axes_of(shape, entry, f"{shown}, '{entry.input_key}'"))


def _in_order(shape: tuple[int, ...], axes: tuple[str, ...]) -> tuple[int, ...]:
    """Return the shape in the order of tasks; an array without an axis of channels has one."""
    lengths = {"channel": 1, **dict(zip(axes, shape, strict=True))}
    return tuple(lengths[axis] for axis in ORDER if axis in lengths)


def shapes_in(path: Path, entry: TaskEntry) -> dict[str, tuple[int, ...]]:
    """Return the shapes of all arrays of a file, as stored, by key; only headers are read."""
    with opened(path, entry, shown=str(path)) as file:
        return {key: file.shape(key) for key in file.keys}


def axes_of(shape: tuple[int, ...], entry: TaskEntry, where: str) -> tuple[str, ...]:
    """Return the names of an array's axes: the entry's, or those that its shape implies."""
    if entry.axes:
        ones = [n for n, axis in zip(shape, entry.axes, strict=False) if axis == "one"]
        if len(entry.axes) != len(shape) or any(length != 1 for length in ones):
            raise DataError(
                where=where,
                what=f"an array of shape {shape} does not have the axes {list(entry.axes)}",
                mend="name each axis in `axes`, and `one` only an axis of length 1",
            )
        return entry.axes
    if not 2 <= len(shape) <= 4:
        raise DataError(
            where=where,
            what=f"an array of shape {shape} holds no sequences or grids",
            mend=f"give it the axes {AXES}, or name what it has in `axes`",
        )
    if len(shape) == 4 and shape[3] in COLOURS and shape[1] not in COLOURS:
        raise _ask(where, shape, ("sample", "height", "width", "channel"))
    if len(shape) == 3 and 1 < shape[2] <= max(COLOURS) and shape[1] >= 4 * max(COLOURS):
        raise _ask(where, shape, ("sample", "length", "channel"))
    if shape[0] == 1:
        raise _ask(where, shape, ("one", *STANDARD.get(len(shape) - 1, GRID)))
    return STANDARD.get(len(shape), GRID)


def _ask(where: str, shape: tuple[int, ...], axes: Sequence[str]) -> DataError:
    standard = list(STANDARD.get(len(shape), GRID))
    return DataError(
        where=where,
        what=f"an array of shape {shape} seems to have its axes in another order than {standard}",
        mend=f"set `axes: [{', '.join(axes)}]` if these are its axes, else `axes: {standard}`",
    )


def _check_numbers(stored: Any, where: str) -> None:
    if stored.dtype.kind in "biuf":
        return
    what = {"c": "complex numbers", "S": "texts", "U": "texts", "O": "texts"}
    raise DataError(
        where=where,
        what=f"it holds {what.get(stored.dtype.kind, f'values of type {stored.dtype}')}",
        mend="save real numbers; of complex ones real and imaginary parts, a channel each",
    )
