"""Prepared files that are changed by hand, and sealed again as `prepare` does."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py

from orca.data.prepared_file import seal


@contextmanager
def edited(path: Path) -> Iterator[h5py.File]:
    """Yield a prepared file to be changed; its card then tells of the changed one."""
    with h5py.File(path, "a") as file:
        yield file
    seal(path.parent, {})
