"""Arrays and tables out of npz, HDF5, csv and parquet files, with errors that name the key."""

import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from orca.data.npz import header_of
from orca.data.table import tidied
from orca.declarations import nearest
from orca.errors import DataError

if TYPE_CHECKING:
    import pandas


def axes_of(path: Path, form: str, key: str) -> int:
    """Return how many axes a sample of an array has, its channels included; 2 or 3.

    Only the array's header is read. An array [n, length] counts as one channel.
    """
    shape = shape_of(path, form, key)
    if not 2 <= len(shape) <= 4:
        raise DataError(
            where=f"{path}, '{key}'",
            what=f"an array of shape {tuple(shape)} holds no sequences or grids",
            mend="give it the axes [n, length], [n, channels, length] or [n, channels, h, w]",
        )
    return max(2, len(shape) - 1)


def shape_of(path: Path, form: str, key: str) -> tuple[int, ...]:
    """Return the shape of an array in a file, of which only the header is read.

    Raises:
        DataError: if the file cannot be read or has no such array.
    """
    return _npz_shape(path, key) if form == "npz" else tuple(_hdf5_array(path, key).shape)


def arrays_in(path: Path, form: str) -> dict[str, tuple[int, ...]]:
    """Return the arrays of an npz or HDF5 file, by key, with their shapes.

    Raises:
        DataError: if the file cannot be read.
    """
    if form == "npz":
        with _npz(path) as file:
            return {key: _npz_shape(path, key) for key in file.files}
    with _hdf5(path) as file:
        keys: list[str] = []
        file.visit(keys.append)
        return {key: file[key].shape for key in keys if hasattr(file[key], "shape")}


def read_arrays(path: Path, form: str, inputs: str, targets: str) -> tuple[Any, np.ndarray]:
    """Return two arrays of a file; inputs of an HDF5 file stay in it until they are indexed."""
    if form == "hdf5":
        return _hdf5_array(path, inputs), np.asarray(_hdf5_array(path, targets)[()])
    with _npz(path) as file:
        for key in (inputs, targets):
            _require(key, file.files, path)
        try:
            return file[inputs], file[targets]
        except ValueError as fault:
            raise DataError(
                where=str(path),
                what=f"an array cannot be read without running code: {fault}",
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
        _require(key, file.files, path)
        with file.zip.open(f"{key}.npy") as stream:
            return header_of(stream)[0]


def _hdf5(path: Path) -> Any:
    import h5py

    try:
        return h5py.File(path, "r")
    except OSError as fault:
        raise DataError(
            where=str(path), what=f"it is no HDF5 file: {fault}", mend="mend the path or the file"
        ) from fault


def _hdf5_array(path: Path, key: str) -> Any:
    import h5py

    file = _hdf5(path)
    if key not in file or not isinstance(file[key], h5py.Dataset):
        keys: list[str] = []
        file.visit(keys.append)
        file.close()
        raise DataError(where=str(path), what=f"it has no array '{key}'", mend=nearest(key, keys))
    return file[key]
