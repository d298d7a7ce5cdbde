"""CIFAR's archives: gzipped tar files of pickled batches of 32 x 32 images."""

import tarfile
from io import BufferedIOBase
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int, UInt8

from orca.data.raw_file import damaged, open_tar, reading
from orca.data.safe_pickle import load_pickle


def read_batches(
    path: Path, names: tuple[str, ...], labels: str
) -> tuple[UInt8[np.ndarray, "n 3 32 32"], Int[np.ndarray, " n"]]:
    """Return images and labels of some batches, in the order of their names.

    Args:
        path: the archive.
        names: file names of the batches in it.
        labels: the key of the labels: `labels` or `fine_labels`.

    Raises:
        DataError: if the archive is damaged or a batch is missing.
    """
    found: dict[str, Any] = {}
    faults = (OSError, EOFError, tarfile.TarError)
    with reading(path, "it is damaged", *faults), open_tar(path) as archive:
        for member in archive:
            name = Path(member.name).name
            stream = archive.extractfile(member) if name in names else None
            if isinstance(stream, BufferedIOBase):
                found[name] = load_pickle(stream, where=f"{path}, {name}")
    if absent := [name for name in names if name not in found]:
        raise damaged(path, f"it has no '{absent[0]}'")
    images = [np.asarray(found[name]["data"], np.uint8).reshape(-1, 3, 32, 32) for name in names]
    numbers = [np.asarray(found[name][labels], np.int64) for name in names]
    return np.concatenate(images), np.concatenate(numbers)
