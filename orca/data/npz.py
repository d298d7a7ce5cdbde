"""Arrays in npz files, without holding them: their shapes, and their rows a few at a time.

numpy reads an array of an npz file whole, which may be many times what a block of samples takes.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from orca.data.raw_file import damaged, excess, open_zip, reading
from orca.errors import READER_FAULTS


class NpyHeader(NamedTuple):
    """What an npy file says of its array: shape, whether it is stored column by column, and type."""

    shape: tuple[int, ...]
    by_column: bool
    kind: np.dtype

    @property
    def size(self) -> int:
        """Bytes that the array takes."""
        return math.prod(self.shape) * self.kind.itemsize


def header_of(stream: Any) -> NpyHeader:
    """Return what an npy file says of its array, which comes next.

    Raises:
        ValueError: if it is no npy file.
    """
    version = np.lib.format.read_magic(stream)
    read = np.lib.format.read_array_header_1_0
    if version >= (2, 0):
        read = np.lib.format.read_array_header_2_0
    return NpyHeader(*read(stream))


def shape_in(path: Path, key: str) -> tuple[int, ...]:
    """Return the shape of an array in an npz file, from its header."""
    with _opened(path, key) as (_, (shape, *_)):
        return shape


def rows_in(path: Path, key: str, step: int) -> Iterator[np.ndarray]:
    """Yield an array in an npz file, `step` rows at a time.

    Raises:
        DataError: if there is no such array, it is cut short, or is stored column by column.
    """
    with _opened(path, key) as (stream, (shape, fortran, kind)):
        if kind.hasobject or (fortran and len(shape) > 1):
            raise damaged(path, f"'{key}' holds objects, or is stored column by column")
        row = int(np.prod(shape[1:])) * kind.itemsize
        for start in range(0, shape[0], step):
            count = min(step, shape[0] - start)
            with reading(path, f"'{key}' is damaged", *READER_FAULTS):
                content = stream.read(count * row)
            if len(content) != count * row:
                raise damaged(path, f"'{key}' is cut short")
            yield np.frombuffer(content, kind).reshape(count, *shape[1:])


@contextmanager
def _opened(path: Path, key: str) -> Iterator[tuple[Any, NpyHeader]]:
    """Open an array in an npz file, after its header."""
    with open_zip(path) as file:
        with reading(path, f"it has no array '{key}'", *READER_FAULTS):
            stream = file.open(f"{key}.npy")
            header = header_of(stream)
        if too_much := excess(header.size, path):
            raise damaged(path, f"'{key}' {too_much}")
        yield stream, header
