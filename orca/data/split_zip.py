"""Zip files in parts, `name.z01`, `name.z02`, ..., `name.zip`, read where they lie."""

import bisect
import io
import itertools
import zipfile
from pathlib import Path

from orca.data.raw_file import reading
from orca.errors import READER_FAULTS


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

    Raises:
        DataError: if a part is missing, or they are no zip file.
    """
    with reading(parts[-1], "with its other parts it is no zip file", *READER_FAULTS):
        joined = _JoinedFile(parts)
        archive = zipfile.ZipFile(io.BufferedReader(joined))
        archive.filename = str(parts[-1])
        believed = _list_start(archive)
        for member in archive.infolist():
            member.header_offset += joined.starts[member.volume] - believed
            if hasattr(member, "_end_offset"):  # newer Pythons find it, from the wrong places
                member._end_offset = None
    return archive


def _list_start(archive: zipfile.ZipFile) -> int:
    """Return what Python's reader added to the place of each member."""
    with_list = archive.fp
    assert with_list is not None
    end = zipfile._EndRecData(with_list)  # type: ignore[attr-defined]
    size, offset, location = end[5], end[6], end[9]
    return int(location - size - offset)
