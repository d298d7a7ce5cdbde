"""Pickles read without running what they ask for: arrays and plain containers, nothing else."""

import io
import math
import pickle
import re
from collections import OrderedDict
from io import BufferedIOBase
from pathlib import Path
from typing import Any

import numpy as np

from orca.errors import DataError

_MULTIARRAY = ("numpy.core.multiarray", "numpy._core.multiarray")
_NUMERIC = ("numpy.core.numeric", "numpy._core.numeric")
_PLAIN_KIND = re.compile(r"[biufcSUO]\d*")


class _Kind:
    """Stands in for `numpy.dtype`: whole numbers, real and complex ones, texts, bytes, objects.

    Numpy's own type can be told by a pickle that it holds no objects when it does; an array of
    it then takes any number for an address in memory.
    """

    def __init__(self, code: object, *_: object) -> None:
        if not isinstance(code, str) or not _PLAIN_KIND.fullmatch(code):
            raise pickle.UnpicklingError(f"it asks for an array of {code!r}")
        self.kind = np.dtype(code)

    def __setstate__(self, state: Any) -> None:
        """Take the order of bytes, and nothing else."""
        _, order, *structure = state
        if order not in ("<", ">", "=", "|") or any(part is not None for part in structure[:3]):
            raise pickle.UnpicklingError("it asks for an array of records")
        self.kind = self.kind.newbyteorder(order)


class _Array(np.ndarray):
    """An array that takes its content from a pickle only under a kind that was looked at."""

    def __setstate__(self, state: Any) -> None:
        """Take shape, kind, order of axes and content."""
        _, shape, kind, by_columns, content = state
        kind = _seen(kind)
        # Numpy looks for objects beyond the end of a list that is too short.
        unit, holder = (1, list) if kind.hasobject else (kind.itemsize, bytes | str)
        if not isinstance(content, holder) or len(content) != math.prod(shape) * unit:
            raise pickle.UnpicklingError(f"its content does not fill an array of shape {shape}")
        super().__setstate__((1, shape, kind, bool(by_columns), content))  # type: ignore[arg-type]


def _seen(kind: object) -> Any:
    if not isinstance(kind, _Kind):
        raise pickle.UnpicklingError("it asks for an array of an unknown kind")
    return kind.kind


def _reconstruct(*_: object) -> _Array:
    """Stand in for numpy's function that begins an array; its state follows."""
    return np.ndarray.__new__(_Array, (0,))


def _scalar(kind: object, content: bytes | str = b"") -> Any:
    """Stand in for numpy's function that rebuilds one number or text."""
    content = content.encode("latin1") if isinstance(content, str) else content
    return np.frombuffer(content, _seen(kind), count=1)[0]


def _from_buffer(buffer: Any, kind: object, shape: Any, order: str, *_: object) -> Any:
    """Stand in for numpy's function that rebuilds an array of protocol 5."""
    return np.frombuffer(buffer, _seen(kind)).reshape(shape, order=order)  # type: ignore[call-overload]


def _latin1(text: object, encoding: object = "latin1") -> bytes:
    """Stand in for `codecs.encode`, by which old protocols write bytes."""
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
        raise pickle.UnpicklingError("codecs.encode with another encoding than latin1")
    return text.encode("latin1")


_ADMITTED: dict[tuple[str, str], Any] = {
    ("numpy", "ndarray"): "an array",  # named, never called
    ("numpy", "dtype"): _Kind,
    ("collections", "OrderedDict"): OrderedDict,
    ("_codecs", "encode"): _latin1,
    **{(module, "_reconstruct"): _reconstruct for module in _MULTIARRAY},
    **{(module, "scalar"): _scalar for module in _MULTIARRAY},
    **{(module, "_frombuffer"): _from_buffer for module in _NUMERIC},
}
"""The names that arrays are pickled by, and what is called instead."""


class _ArraysOnly(pickle.Unpickler):
    """Calls nothing that a pickle names, only what stands in for it."""

    def find_class(self, module: str, name: str) -> Any:
        """Return what stands in for a name, or refuse the pickle."""
        if (module, name) not in _ADMITTED:
            raise pickle.UnpicklingError(f"it asks for '{module}.{name}'")
        return _ADMITTED[module, name]


def load_pickle(stream: BufferedIOBase, *, where: str) -> Any:
    """Return what a pickle holds, if it is made of arrays, texts, numbers and containers.

    Texts of Python 2 are read as Latin 1, in which its arrays survive.

    Args:
        stream: of the pickle's bytes.
        where: the file's name, for messages.

    Raises:
        DataError: if the pickle is damaged, or asks for anything else.
    """
    try:
        return _ArraysOnly(stream, encoding="latin1").load()
    except (
        pickle.UnpicklingError, EOFError, AttributeError, IndexError, KeyError, ValueError,
        TypeError, OSError, MemoryError, OverflowError, UnicodeDecodeError,
    ) as fault:  # fmt: skip
        raise DataError(
            where=where,
            what=f"it is no pickle of plain arrays: {fault}",
            mend="fetch it again; a pickle that asks for more would run code, and is not read",
        ) from fault


def load_npy(stream: BufferedIOBase, *, where: str) -> Any:
    """Return the array of an npy file; objects in it are read as `load_pickle` does.

    Raises:
        DataError: if the file is damaged or asks to run code.
    """
    try:
        version = np.lib.format.read_magic(stream)
        header = np.lib.format.read_array_header_1_0
        if version >= (2, 0):
            header = np.lib.format.read_array_header_2_0
        shape, fortran, kind = header(stream)
    except (ValueError, EOFError) as fault:
        raise DataError(
            where=where, what=f"it is no npy file: {fault}", mend="fetch it again"
        ) from fault
    if kind.hasobject:
        return np.asarray(load_pickle(stream, where=where), object).reshape(shape)
    content = stream.read()
    if len(content) != int(np.prod(shape)) * kind.itemsize:
        raise DataError(where=where, what="it is cut short", mend="fetch it again")
    return np.frombuffer(content, kind).reshape(shape, order="F" if fortran else "C")


def load_pickle_file(path: Path) -> Any:
    """Return what a pickle file holds, gzipped or not; see `load_pickle`."""
    import gzip

    with open_raw(path) as file:
        start = file.peek(2)[:2]
        if start == b"\x1f\x8b":
            with gzip.open(file) as stream:
                return load_pickle(io.BufferedReader(stream), where=str(path))
        return load_pickle(file, where=str(path))


def load_npy_file(path: Path) -> Any:
    """Return the array of an npy file; see `load_npy`."""
    with open_raw(path) as file:
        return load_npy(file, where=str(path))


def open_raw(path: Path) -> io.BufferedReader:
    """Open a raw file for reading.

    Raises:
        DataError: if it is missing.
    """
    try:
        return path.open("rb")
    except OSError as fault:
        raise DataError(
            where=str(path),
            what=f"it cannot be opened: {fault.strerror}",
            mend=f"fetch it: snakemake {path.parent / 'sources.json'}",
        ) from fault
