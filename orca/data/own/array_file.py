"""A person's file of arrays, npz or HDF5: its keys, their shapes and arrays, and what is wrong with it."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from orca.data.entry import TaskEntry
from orca.data.hdf5_checks import lies_elsewhere, own_array
from orca.data.npz import NpyHeader, header_of
from orca.data.raw_file import excess, reading
from orca.declarations import nearest
from orca.errors import READER_FAULTS, DataError


@contextmanager
def opened(path: Path, entry: TaskEntry, *, shown: str) -> Iterator["NpzArrays | Hdf5Arrays"]:
    """Open a file of arrays, which messages call `shown`."""
    if not path.is_file():
        raise DataError(
            where=shown, what="there is no such file", mend="mend the path in the config"
        )
    kind = Hdf5Arrays if entry.file_format == "hdf5" else NpzArrays
    with reading_arrays(shown):
        yield kind(path, shown)


def reading_arrays(where: str) -> AbstractContextManager[None]:
    """Return what turns whatever is said of a damaged file into one clear error."""
    mend = "copy it again from where it is whole, or save it again"
    what = "it is damaged, or holds what cannot be read"
    return reading(where, what, *READER_FAULTS, mend=mend)


class NpzArrays:
    """The arrays of an npz file."""

    def __init__(self, path: Path, shown: str) -> None:
        self.path, self.shown = path, shown
        try:
            file = np.load(path, allow_pickle=False)
        except READER_FAULTS as fault:
            raise DataError(
                where=shown,
                what="it is no npz file, or a damaged one",
                mend="save it with numpy.savez(path, inputs=..., targets=...)",
            ) from fault
        if not isinstance(file, np.lib.npyio.NpzFile):
            raise DataError(
                where=shown,
                what="it is one array of NumPy (npy), not several with names (npz)",
                mend="save inputs and targets in one file with numpy.savez(path, inputs=..., targets=...)",
            )
        self._file: Any = file

    @property
    def keys(self) -> list[str]:
        """Names of the arrays."""
        return [str(key) for key in self._file.files]

    def shape(self, key: str) -> tuple[int, ...]:
        """Return an array's shape, from its header."""
        return self._header(key).shape

    def array(self, key: str) -> Any:
        """Return an array, in memory."""
        if self._header(key).kind.hasobject:
            raise DataError(
                where=f"{self.shown}, '{key}'",
                what="the array cannot be read without running code, since it holds Python objects",
                mend="save plain arrays of numbers or texts: numpy.asarray(values, dtype=str) or float",
            )
        return self._file[key]

    def _header(self, key: str) -> NpyHeader:
        """Return an array's header, after a check that the file can hold as much as it claims."""
        if key not in self.keys:
            raise _lacking(key, self.keys, self.shown)
        with self._file.zip.open(f"{key}.npy") as stream:
            header = header_of(stream)
        if too_much := excess(header.size, self.path):
            raise ValueError(f"'{key}' {too_much}")
        return header


class Hdf5Arrays:
    """The arrays of an HDF5 file, in which they stay."""

    def __init__(self, path: Path, shown: str) -> None:
        import h5py

        self.shown = shown
        try:
            self._file = h5py.File(path, "r")
        except OSError as fault:
            raise _unreadable(shown, str(fault)) from fault

    @property
    def keys(self) -> list[str]:
        """Names of the arrays, except those that are not UTF-8 and those that hold nothing."""
        found: list[str] = []

        def see(name: Any, item: Any) -> None:
            if isinstance(name, str) and getattr(item, "shape", None) is not None:
                found.append(name)

        self._file.visititems(see)
        return found

    def shape(self, key: str) -> tuple[int, ...]:
        """Return an array's shape."""
        return tuple(self.array(key).shape)

    def array(self, key: str) -> Any:
        """Return an array in its file."""
        import h5py

        if lies_elsewhere(self._file, key) or isinstance(self._file.get(key), h5py.Dataset):
            mend = "save its values in this file"
            return own_array(self._file, key, mend=mend, shown=self.shown, kinds="")
        raise _lacking(key, self.keys, self.shown)


def _lacking(key: str, keys: list[str], shown: str) -> DataError:
    return DataError(where=shown, what=f"it has no array '{key}'", mend=nearest(key, keys))


def _unreadable(shown: str, said: str) -> DataError:
    if re.search(r"\block(ed)?\b|errno = (11|37)\b", said):
        return DataError(
            where=shown,
            what=f"it is locked by a program that writes it, or its file system has no locks: {said}",
            mend="close that program; on a file system without locks set HDF5_USE_FILE_LOCKING=FALSE",
        )
    return DataError(
        where=shown, what=f"it is no HDF5 file: {said}", mend="mend the path, or save it again"
    )
