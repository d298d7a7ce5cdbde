"""Rows of a large array inside an npz file, without holding the array."""

import zipfile
from collections.abc import Iterator
from io import BufferedIOBase
from pathlib import Path
from typing import Any

import numpy as np

from orca.errors import DataError


def shape_in(path: Path, key: str) -> tuple[int, ...]:
    """Return the shape of an array in an npz file, from its header."""
    with _member(path, key) as stream:
        return _header(stream, path, key)[0]


def rows_in(path: Path, key: str, step: int) -> Iterator[np.ndarray]:
    """Yield an array in an npz file, `step` rows at a time.

    Raises:
        DataError: if there is no such array, it is cut short, or is stored column by column.
    """
    with _member(path, key) as stream:
        shape, kind = _header(stream, path, key)
        row = int(np.prod(shape[1:])) * kind.itemsize
        for start in range(0, shape[0], step):
            count = min(step, shape[0] - start)
            content = _read_all(stream, count * row, path, key)
            yield np.frombuffer(content, kind).reshape(count, *shape[1:])


def _read_all(stream: BufferedIOBase, count: int, path: Path, key: str) -> bytes:
    try:
        content = stream.read(count)
    except (zipfile.BadZipFile, EOFError, OSError) as fault:
        raise _fault(path, key, f"it is damaged: {fault}") from fault
    if len(content) != count:
        raise _fault(path, key, "it is cut short")
    return content


def _member(path: Path, key: str) -> Any:
    try:
        return zipfile.ZipFile(path).open(f"{key}.npy")
    except (OSError, zipfile.BadZipFile) as fault:
        raise _fault(path, key, f"it is missing or no npz file: {fault}") from fault
    except KeyError as fault:
        raise _fault(path, key, "there is no such array") from fault


def _header(stream: BufferedIOBase, path: Path, key: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
    try:
        version = np.lib.format.read_magic(stream)
        read = np.lib.format.read_array_header_1_0
        if version >= (2, 0):
            read = np.lib.format.read_array_header_2_0
        shape, fortran, kind = read(stream)
    except ValueError as fault:
        raise _fault(path, key, f"it is no array: {fault}") from fault
    if kind.hasobject or (fortran and len(shape) > 1):
        raise _fault(path, key, "it holds objects, or is stored column by column")
    return tuple(shape), kind


def _fault(path: Path, key: str, what: str) -> DataError:
    return DataError(where=f"{path}, '{key}'", what=what, mend="fetch the file again")
