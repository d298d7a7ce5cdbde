"""Pickles read without running what they ask for: arrays and plain containers, nothing else."""

import codecs
import io
import pickle
from collections import OrderedDict
from io import BufferedIOBase
from pathlib import Path
from typing import Any

import numpy as np

from orca.errors import DataError

_MULTIARRAY = ("numpy.core.multiarray", "numpy._core.multiarray")
_NUMERIC = ("numpy.core.numeric", "numpy._core.numeric")


def _latin1(text: object, encoding: object = "latin1") -> bytes:
    """Stand in for `codecs.encode`, by which old protocols write bytes."""
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
        raise pickle.UnpicklingError("codecs.encode with another encoding than latin1")
    return codecs.encode(text, "latin1")


_ADMITTED: dict[tuple[str, str], Any] = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("collections", "OrderedDict"): OrderedDict,
    ("_codecs", "encode"): _latin1,
}


def _numpys_own(names: tuple[str, ...], attribute: str) -> dict[tuple[str, str], Any]:
    """Return numpy's function of that name, under the old and the new path of its module."""
    module = np.array(0).__reduce__()[0].__module__
    found = getattr(__import__(module, fromlist=[attribute]), attribute)
    return {(name, attribute): found for name in names}


class _ArraysOnly(pickle.Unpickler):
    """Knows the few names that arrays are pickled by."""

    def find_class(self, module: str, name: str) -> Any:
        """Return what a pickle may call, or refuse the pickle."""
        admitted = {
            **_ADMITTED,
            **_numpys_own(_MULTIARRAY, "_reconstruct"),
            **_numpys_own(_MULTIARRAY, "scalar"),
            **{(m, "_frombuffer"): _from_buffer for m in _NUMERIC},
        }
        if (module, name) not in admitted:
            raise pickle.UnpicklingError(f"it asks for '{module}.{name}'")
        return admitted[module, name]


def _from_buffer(buffer: Any, kind: Any, shape: Any, order: str) -> Any:
    """Stand in for numpy's function that rebuilds an array of protocol 5."""
    return np.frombuffer(buffer, dtype=kind).reshape(shape, order=order)  # type: ignore[call-overload]


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
        TypeError, OSError, MemoryError, UnicodeDecodeError,
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
