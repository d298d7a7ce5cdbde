"""Opening raw files: whatever is wrong with one, it is named, and the mend is to fetch it again."""

import os
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path

import numpy as np

from orca.errors import READER_FAULTS, DataError


def damaged(where: object, what: str) -> DataError:
    """Return the error that says what is wrong with a raw file."""
    return DataError(where=str(where), what=what, mend="fetch it again")


LARGEST_RATIO = 100
ALWAYS_BELIEVED = 2**30


def excess(size: int, path: Path) -> str:
    """Return what is wrong with an array of this size in a file; nothing if it can lie there.

    A few megabytes can claim any size; ours pack at most some thirty to one.
    """
    have = path.stat().st_size
    believed = size <= max(ALWAYS_BELIEVED, LARGEST_RATIO * have)
    return "" if believed else f"claims {size} bytes in a file of {have}"


def beyond_memory(size: int) -> str:
    """Return what is wrong with content of this size that is held whole; nothing if it fits."""
    have = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    with suppress(OSError, ValueError):  # no container, or one without a limit
        have = min(have, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return "" if size <= have else f"it takes {size} bytes of memory or more, and there are {have}"


@contextmanager
def reading(where: object, what: str, *faults: type[Exception]) -> Iterator[None]:
    """Turn `faults` of the block into a `DataError` that names the raw file.

    Args:
        where: the file, and the place in it.
        what: what a fault means.
        faults: kinds of exceptions.
    """
    try:
        yield
    except faults as fault:
        raise damaged(where, f"{what}: {fault}") from fault


def open_zip(path: Path) -> zipfile.ZipFile:
    """Open a zip file.

    Raises:
        DataError: if it is missing or damaged.
    """
    with reading(path, "it is missing or no zip file", *READER_FAULTS):
        return zipfile.ZipFile(path)


def member_of(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return the content of a member of a zip file.

    Raises:
        DataError: if it is missing or damaged.
    """
    with reading(f"{archive.filename}, {name}", "it is missing or damaged", *READER_FAULTS):
        return archive.read(name)


def open_tar(path: Path) -> tarfile.TarFile:
    """Open a tar file, compressed or not.

    Raises:
        DataError: if it is missing or damaged.
    """
    with reading(path, "it is missing or no tar file", OSError, EOFError, tarfile.TarError):
        return tarfile.open(path, "r:*")


def matlab_array(file: Path | BytesIO, key: str, *, where: object) -> np.ndarray:
    """Return a variable of a MATLAB file of a level before 7.3.

    Args:
        file: its path, or its content.
        key: the variable's name.
        where: the file, and the place in it.

    Raises:
        DataError: if it is damaged, or has no such variable.
    """
    import scipy.io

    faults = (*READER_FAULTS, scipy.io.matlab.MatReadError)
    with reading(where, f"it is no MATLAB file with '{key}'", *faults):
        return np.asarray(scipy.io.loadmat(file, variable_names=[key])[key])  # type: ignore[arg-type]
