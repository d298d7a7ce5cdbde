"""The files that `prepare` writes, `fit.h5` and `test.h5`: their format, and what is checked.

One that is missing, or is not as it was written, is a `DataError` with the command that makes it.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from orca.data.hdf5_checks import own_array
from orca.data.raw_file import reading
from orca.data.task import Task, fits
from orca.errors import READER_FAULTS, DataError
from orca.provenance import kept_digest, write_json
from orca.text_files import read_mapping

if TYPE_CHECKING:
    import h5py

FORMAT = 2
FILES = ("fit.h5", "test.h5")
CARD = "card.json"


def seal(folder: Path, card: Mapping[str, Any]) -> None:
    """Write the card of prepared files, with their digests: no other file is opened in their place."""
    there = [folder / name for name in FILES if (folder / name).exists()]
    files = {path.name: kept_digest(path) for path in there}
    write_json(folder / CARD, {**card, "files": files})


def check_sealed(path: Path) -> None:
    """Check, before the HDF5 library sees it, that a file is the one that its card describes.

    The library ends the process on some damaged files.
    """
    if not path.is_file():
        raise fault_in(path, "it is missing")
    card = read_mapping(path.with_name(CARD), mend=_mend(path), error=DataError)
    files = card.get("files")
    wanted = files.get(path.name) if isinstance(files, dict) else None
    if (found := kept_digest(path)) != wanted:
        raise fault_in(path, f"its sha256 is {found}; {CARD} beside it says {wanted}")


def prepared_for(path: Path) -> str:
    """Return the name of the task that a prepared file is of."""
    import h5py

    check_sealed(path)
    with reading_hdf5(path), h5py.File(path, "r") as file:
        return str(file.attrs.get("task", ""))


def reading_hdf5(path: Path) -> AbstractContextManager[None]:
    """Return what turns whatever HDF5 says of a file into one clear error."""
    what = "it is missing or no HDF5 file that can be read"
    return reading(path, what, *READER_FAULTS, MemoryError, mend=_mend(path))


def _mend(path: Path) -> str:
    return f"remove it and make it again: snakemake {path}"


def fault_in(path: Path, what: str) -> DataError:
    """Return the error that a prepared file is not what `prepare` writes."""
    return DataError(where=str(path), what=what, mend=_mend(path))


def mapped(path: Path, dataset: "h5py.Dataset") -> np.ndarray:
    """Return a dataset as it lies in its file."""
    if not dataset.size:
        return np.empty(dataset.shape, dataset.dtype)
    offset = dataset.id.get_offset()
    if offset is None:
        raise fault_in(path, f"'{dataset.name}' does not lie in it in one piece")
    if offset + dataset.size * dataset.dtype.itemsize > path.stat().st_size:
        raise fault_in(path, f"it ends before '{dataset.name}' does")
    return np.memmap(path, dataset.dtype, mode="r", offset=offset, shape=dataset.shape)


def open_checked(path: Path, task: Task) -> "h5py.File":
    """Open a prepared file, which `prepare` checked, and see that the declaration is the same."""
    import h5py

    check_sealed(path)
    with reading_hdf5(path), ExitStack() as opened:
        file = opened.enter_context(h5py.File(path, "r"))
        for attribute, wanted in (("format", FORMAT), ("task_digest", task.digest)):
            if not np.array_equal(found := file.attrs.get(attribute), wanted):
                raise fault_in(
                    path, f"its {attribute} is {found}; the task as declared has {wanted}"
                )
        _check(file, path, task)
        opened.pop_all()
    return file


def _check(file: "h5py.File", path: Path, task: Task) -> None:
    mend = _mend(path)
    count = own_array(file, "inputs", mend=mend).shape[0]
    for what, shape in (("inputs", task.input_shape), ("targets", task.target.shape)):
        array = own_array(file, what, mend=mend)
        if not count or not fits(array.shape, (count, *shape)):
            raise fault_in(path, f"'{what}' has the shape {array.shape}")
        for constant in ("mean", "std"):
            _check_constant(file, path, f"normalisation/{what}/{constant}", array.shape[1:])
    if "groups" in file and own_array(file, "groups", mend=mend).shape != (count,):
        raise fault_in(path, "'groups' does not say of each sample what it is a piece of")
    if "train" in file:
        _check_rows(file, path, count)


def _check_rows(file: "h5py.File", path: Path, count: int) -> None:
    parts = [own_array(file, name, mend=_mend(path))[()] for name in ("train", "validation")]
    for name, rows in zip(("train", "validation"), parts, strict=True):
        once = rows.ndim == 1 and rows.dtype.kind in "iu" and len(np.unique(rows)) == len(rows)
        if not (once and np.isin(rows, np.arange(count)).all()):
            raise fault_in(path, f"'{name}' is no list of different rows from 0 to {count - 1}")
    if len(np.intersect1d(*parts)):
        raise fault_in(path, "some samples are of 'train' and of 'validation'")


def _check_constant(file: "h5py.File", path: Path, key: str, shape: tuple[int, ...]) -> None:
    values = own_array(file, key, mend=_mend(path))[()]
    if not np.isfinite(values).all() or (key.endswith("std") and (values <= 0).any()):
        raise fault_in(path, f"'{key}' is not finite, or a deviation that is not above 0")
    sizes = [1] * (len(shape) - values.ndim) + list(values.shape)
    if len(sizes) > len(shape) or any(a not in (1, b) for a, b in zip(sizes, shape, strict=True)):
        raise fault_in(path, f"'{key}' has the shape {values.shape} for samples of {shape}")
