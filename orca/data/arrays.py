"""Arrays and tables out of npz, HDF5, csv and parquet files, with errors that name the key."""

import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from orca.data.hdf5_checks import own_array
from orca.data.npz import Header, check_size, header_of
from orca.data.raw_file import reading
from orca.data.table import tidied
from orca.declarations import nearest
from orca.errors import DataError

if TYPE_CHECKING:
    import pandas

FAULTS = (ValueError, KeyError, OSError, EOFError, MemoryError, zipfile.BadZipFile, zlib.error)


def axes_of(path: Path, form: str, key: str) -> int:
    """Return how many axes a sample of an array has, its channels included; 2 or 3.

    Only the array's header is read. An array [n, length] counts as one channel.
    """
    shape = _npz_shape(path, key) if form == "npz" else _hdf5_array(path, key).shape
    if not 2 <= len(shape) <= 4:
        raise DataError(
            where=f"{path}, '{key}'",
            what=f"an array of shape {tuple(shape)} holds no sequences or grids",
            mend="give it the axes [n, length], [n, channels, length] or [n, channels, h, w]",
        )
    return max(2, len(shape) - 1)


def read_arrays(path: Path, form: str, inputs: str, targets: str) -> tuple[Any, np.ndarray]:
    """Return two arrays of a file; inputs of an HDF5 file stay in it until they are indexed."""
    if form == "hdf5":
        return _hdf5_array(path, inputs), np.asarray(_hdf5_array(path, targets)[()])
    with _npz(path) as file:
        for key in (inputs, targets):
            check_size(_header(file, path, key), path, key)
        try:
            return file[inputs], file[targets]
        except FAULTS as fault:
            raise DataError(
                where=str(path),
                what=f"an array is damaged, or holds more than numbers: {fault}",
                mend="save plain arrays of numbers",
            ) from fault


def read_columns(
    path: Path,
    form: str,
    *,
    features: tuple[str, ...],
    target: str,
    categorical: tuple[str, ...],
) -> tuple[list["pandas.Series"], "pandas.Series"]:
    """Return the feature columns and the target column of a csv or parquet file.

    Args:
        path: the file.
        form: `csv` or `parquet`.
        features: names of the feature columns; all others than the target if empty.
        target: name of the target's column. Rows without a target are left out.
        categorical: numeric columns to be taken as categories; texts are in any case.
    """
    import pandas as pd

    try:
        frame = pd.read_csv(path) if form == "csv" else pd.read_parquet(path)
    except (OSError, ValueError) as fault:
        raise DataError(
            where=str(path), what=f"it is no {form} file: {fault}", mend="mend the file or `format`"
        ) from fault
    for name in (target, *features, *categorical):
        _require(name, frame.columns, path)
    frame = frame[frame[target].notna()]
    chosen = features or tuple(str(name) for name in frame.columns if name != target)

    def column(name: str) -> "pandas.Series":
        numeric = pd.api.types.is_numeric_dtype(frame[name]) and name not in categorical
        return tidied(frame[name], categorical=not numeric)

    return [column(name) for name in chosen], column(target)


def _require(key: str, keys: Iterable[object], path: Path) -> None:
    known = [str(known) for known in keys]
    if key not in known:
        raise DataError(where=str(path), what=f"it has no '{key}'", mend=nearest(key, known))


def _npz(path: Path) -> Any:
    try:
        return np.load(path, allow_pickle=False)
    except (OSError, ValueError, zipfile.BadZipFile) as fault:
        raise DataError(
            where=str(path), what=f"it is no npz file: {fault}", mend="mend the path or the file"
        ) from fault


def _npz_shape(path: Path, key: str) -> tuple[int, ...]:
    with _npz(path) as file:
        return _header(file, path, key)[0]


def _header(file: Any, path: Path, key: str) -> Header:
    """Return what an array of an open npz file claims to be.

    Raises:
        DataError: if there is none, or it is no array.
    """
    _require(key, file.files, path)
    where = f"{path}, '{key}'"
    with reading(where, "it is no array", *FAULTS), file.zip.open(f"{key}.npy") as stream:
        return header_of(stream)


def _hdf5_array(path: Path, key: str) -> Any:
    import h5py

    try:
        file = h5py.File(path, "r")
    except OSError as fault:
        raise DataError(
            where=str(path), what=f"it is no HDF5 file: {fault}", mend="mend the path or the file"
        ) from fault
    if key not in file:
        keys: list[str] = []
        file.visit(keys.append)
        file.close()
        raise DataError(where=str(path), what=f"it has no array '{key}'", mend=nearest(key, keys))
    return own_array(file, key, mend="save plain arrays of numbers in one file")
