"""Writing HDF5 files, also onto a disk that is full.

After a failed write the HDF5 library itself can close the file no more, and ends the process by a
segmentation fault when it goes. So what follows the first failure is taken and thrown away: the
file closes, and the failure is reported.
"""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import h5py


class _Disk(io.FileIO):
    """A file that remembers the first failure, and takes all that is written after it."""

    fault: OSError | None = None

    def write(self, content: Any) -> int:
        left = memoryview(content).cast("B")
        size = len(left)
        while len(left) and self.fault is None:
            try:
                left = left[super().write(left) :]
            except OSError as fault:
                self.fault = fault
        return size

    def truncate(self, size: int | None = None) -> int:
        if self.fault is None:
            try:
                return super().truncate(size)
            except OSError as fault:
                self.fault = fault
        return size or 0


@contextmanager
def written(path: Path, **choices: int) -> Iterator["h5py.File"]:
    """Yield a new HDF5 file to write to, made with these further arguments of `h5py.File`.

    Raises:
        OSError: if the disk is full, or cannot be written.
    """
    import h5py

    with _Disk(os.fspath(path), "w+b") as disk:
        try:
            with h5py.File(disk, "w", **choices) as file:
                yield file
        except Exception as fault:
            if disk.fault is not None:
                raise disk.fault from fault
            raise
        if disk.fault is not None:
            raise disk.fault
