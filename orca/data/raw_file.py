"""Opening raw files: a `DataError` names one that is missing or damaged, and how to mend it."""

import bisect
import io
import itertools
import os
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from orca.errors import READER_FAULTS, DataError

FETCH = "fetch it again"
LARGEST_RATIO = 100
ALWAYS_BELIEVED = 2**30


def damaged(where: object, what: str) -> DataError:
    """Return the error that says what is wrong with a raw file."""
    return DataError(where=str(where), what=what, mend=FETCH)


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
def reading(
    where: object, what: str, *faults: type[Exception], mend: str = FETCH
) -> Iterator[None]:
    """Turn `faults` of the block into a `DataError`: the file, and `what` they mean."""
    try:
        yield
    except faults as fault:
        raise DataError(where=str(where), what=f"{what}: {fault}", mend=mend) from fault


def open_zip(path: Path) -> zipfile.ZipFile:
    """Open a zip file."""
    with reading(path, "it is missing or no zip file", *READER_FAULTS):
        return zipfile.ZipFile(path)


def member_of(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return the content of a member of a zip file."""
    with reading(f"{archive.filename}, {name}", "it is missing or damaged", *READER_FAULTS):
        return archive.read(name)


class _JoinedFile(io.RawIOBase):
    """Some files, one after the other, as one that can be read."""

    def __init__(self, parts: tuple[Path, ...]) -> None:
        self._files = [part.open("rb") for part in parts]
        sizes = (part.stat().st_size for part in parts)
        self.starts = list(itertools.accumulate(sizes, initial=0))
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.starts[-1]}[whence]
        self._at = origin + offset
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        number = bisect.bisect_right(self.starts, self._at) - 1
        if number >= len(self._files):
            return 0
        self._files[number].seek(self._at - self.starts[number])
        count = self._files[number].readinto(buffer)
        self._at += count
        return count

    def close(self) -> None:
        for file in self._files:
            file.close()
        super().close()


def open_split_zip(parts: tuple[Path, ...]) -> zipfile.ZipFile:
    """Open a zip file in parts; the last one, which ends in `.zip`, holds the list of members.

    Python's own reader takes it for one file with something before it, and members to be as far
    behind the start of the part that the list is in; each is as far behind that of its own.
    """
    with reading(parts[-1], "with its other parts it is no zip file", *READER_FAULTS):
        joined = _JoinedFile(parts)
        archive = zipfile.ZipFile(io.BufferedReader(joined))
        archive.filename = str(parts[-1])
        end = zipfile._EndRecData(archive.fp)  # type: ignore[attr-defined]
        size, offset, location = end[5], end[6], end[9]
        for member in archive.infolist():
            # What Python's reader added to the place of each member is taken back.
            member.header_offset += joined.starts[member.volume] - (location - size - offset)
            if hasattr(member, "_end_offset"):  # newer Pythons find it, from the wrong places
                member._end_offset = None
    return archive


def open_tar(path: Path) -> tarfile.TarFile:
    """Open a tar file, compressed or not."""
    with reading(path, "it is missing or no tar file", OSError, EOFError, tarfile.TarError):
        return tarfile.open(path, "r:*")


def matlab_array(file: Path | io.BytesIO, key: str, *, where: object) -> np.ndarray:
    """Return a variable of a MATLAB file of a level before 7.3, given by its path or content."""
    import scipy.io

    faults = (*READER_FAULTS, scipy.io.matlab.MatReadError)
    with reading(where, f"it is no MATLAB file with '{key}'", *faults):
        return np.asarray(scipy.io.loadmat(file, variable_names=[key])[key])  # type: ignore[arg-type]
