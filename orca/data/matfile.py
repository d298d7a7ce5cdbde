"""Every n-th grid point of a field in a MATLAB file, without holding the field.

MATLAB stores the first axis, the sample, fastest; a file of 1024 fields of 421 x 421 doubles is
passed over once, column by column, and a few MB of it are held.

Source: MATLAB's level 5 format as published by MathWorks; level 7.3 is HDF5.
"""

import zlib
from collections.abc import Iterator
from io import BufferedIOBase
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float32

from orca.data.safe_pickle import open_raw
from orca.errors import DataError

COMPRESSED, MATRIX = 15, 14
KINDS = {
    1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8",
}  # fmt: skip


@runtime_checkable
class _Reader(Protocol):
    def read(self, count: int, /) -> bytes: ...


class _Inflated:
    """Reads a compressed element's content, a piece at a time."""

    def __init__(self, file: BufferedIOBase, count: int) -> None:
        self._file, self._left = file, count
        self._inflate = zlib.decompressobj()
        self._ready = b""

    def read(self, count: int, /) -> bytes:
        """Return the next `count` bytes, fewer only at the end."""
        pieces, have = [self._ready], len(self._ready)
        while have < count and (self._left or self._inflate.unconsumed_tail):
            raw = self._inflate.unconsumed_tail
            if not raw:
                raw = self._file.read(min(self._left, 2**16))
                self._left = self._left - len(raw) if raw else 0
            pieces.append(self._inflate.decompress(raw, 2**20))
            have += len(pieces[-1])
        joined = b"".join(pieces)
        self._ready = joined[count:]
        return joined[:count]


def read_field(path: Path, key: str, *, stride: int, samples: int) -> Float32[np.ndarray, "n h w"]:
    """Return the first samples of a field [samples, height, width], every `stride`-th point.

    Raises:
        DataError: if the file is damaged, holds no such field, or fewer samples.
    """
    with open_raw(path) as file:
        start = file.read(128)
        if len(start) == 128 and start[124:128] == b"\x00\x01IM":
            try:
                return _level_5(file, path, key, stride, samples)
            except (zlib.error, ValueError, IndexError) as fault:
                raise _fault(path, key, f"it is damaged: {fault}") from fault
    return _level_7_3(path, key, stride, samples)


def _level_5(
    file: BufferedIOBase, path: Path, key: str, stride: int, samples: int
) -> Float32[np.ndarray, "n h w"]:
    for stream in _matrices(file):
        name, shape = _matrix_header(stream)
        if name == key:
            _check_shape(shape, samples, path, key)
            columns = _columns(stream, shape, path, key)
            return _every(columns, shape, stride, samples)
    raise _fault(path, key, "there is no such field")


def _matrices(file: BufferedIOBase) -> Iterator[_Reader]:
    """Yield a reader of the content of each matrix in the file."""
    while len(tag := file.read(8)) == 8:
        kind, count = (int(n) for n in np.frombuffer(tag, "<u4"))
        end = file.tell() + count
        if kind == COMPRESSED:
            inflated = _Inflated(file, count)
            if int(np.frombuffer(inflated.read(8), "<u4")[0]) == MATRIX:
                yield inflated
        elif kind == MATRIX:
            yield file
        file.seek(end)


def _matrix_header(stream: _Reader) -> tuple[str, tuple[int, ...]]:
    """Return name and shape of a matrix; its numbers come next."""
    _element(stream)
    shape = tuple(int(n) for n in np.frombuffer(_element(stream)[1], "<i4"))
    return _element(stream)[1].decode("ascii"), shape


def _element_tag(stream: _Reader) -> tuple[int, int, bytes]:
    """Return kind and size of a small element, and its content if it is in the tag itself."""
    tag = stream.read(8)
    first, second = (int(n) for n in np.frombuffer(tag, "<u4"))
    if first >> 16:
        return first & 0xFFFF, first >> 16, tag[4 : 4 + (first >> 16)]
    return first, second, b""


def _element(stream: _Reader) -> tuple[int, bytes]:
    kind, count, content = _element_tag(stream)
    if not content and count:
        content = stream.read(count)
        stream.read(-count % 8)
    return kind, content


def _columns(stream: _Reader, shape: tuple[int, ...], path: Path, key: str) -> Iterator[np.ndarray]:
    """Yield [height, samples] for each column of the fields, in order."""
    kind, count, _ = _element_tag(stream)
    if kind not in KINDS:
        raise _fault(path, key, "it holds no real numbers")
    number = np.dtype("<" + KINDS[kind])
    if count != number.itemsize * int(np.prod(shape, dtype=np.int64)):
        raise _fault(path, key, "its size is not that of its shape")
    column = shape[0] * shape[1] * number.itemsize
    for _ in range(shape[2]):
        content = stream.read(column)
        if len(content) != column:
            raise _fault(path, key, "it is cut short")
        yield np.frombuffer(content, number).reshape(shape[1], shape[0])


def _level_7_3(path: Path, key: str, stride: int, samples: int) -> Float32[np.ndarray, "n h w"]:
    import h5py

    try:
        with h5py.File(path, "r") as file:
            if key not in file:
                raise _fault(path, key, "there is no such field")
            field = file[key]
            shape = tuple(int(n) for n in field.shape[::-1])
            _check_shape(shape, samples, path, key)
            columns = (np.asarray(field[column]) for column in range(shape[2]))
            return _every(columns, shape, stride, samples)
    except OSError as fault:
        raise _fault(path, key, f"it is no MATLAB file: {fault}") from fault


def _every(
    columns: Iterator[np.ndarray], shape: tuple[int, ...], stride: int, samples: int
) -> Float32[np.ndarray, "n h w"]:
    kept: list[Any] = []
    for number, column in enumerate(columns):
        if number % stride == 0:
            kept.append(column[::stride, :samples].T.astype(np.float32))
    return np.stack(kept, axis=2)


def _check_shape(shape: tuple[int, ...], samples: int, path: Path, key: str) -> None:
    if len(shape) != 3 or shape[0] < samples:
        raise _fault(path, key, f"its shape is {shape}; {samples} fields were asked for")


def _fault(path: Path, key: str, what: str) -> DataError:
    return DataError(where=f"{path}, '{key}'", what=what, mend="fetch the file again")
