"""DeepSEA with all 919 labels, from its authors' files.

Source: Zhou and Troyanskaya 2015.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from jaxtyping import Int

from orca.data.download import Download
from orca.data.hdf5_checks import own_array
from orca.data.nas_bench_360 import Bundle, Bundled, Held
from orca.data.raw_file import damaged, matlab_array, reading
from orca.data.target import MultiLabel
from orca.data.task import Block, Part, Samples, Splits, Task
from orca.data.tasks.deepsea import DEEPSEA, ROWS_AT_ONCE

COLUMNS_AT_ONCE = 2**15
"""Of the training file, whose pieces are columns."""

PRINCETON = Bundle(
    files=(
        Download(
            name="deepsea_train_bundle.v0.9.tar.gz",
            urls=("http://deepsea.princeton.edu/media/code/deepsea_train_bundle.v0.9.tar.gz",),
        ),
    ),
    source="deepsea_bundle",
)

TASK = replace(
    DEEPSEA,
    target=MultiLabel(919),
    samples=Samples(train=71_753, validation=8000, test=455_024),
    files=tuple(
        Bundled(name=f"{part}.mat", held=(Held(f"{part}.mat", PRINCETON),))
        for part in ("train", "valid", "test")
    ),
    source="deepsea_919",
    variant_of="deepsea",
    differs="all labels of the authors' files, all pieces of their validation and test files,"
    " and as many of the 4.4 million for training as the benchmark has, spread evenly; which"
    " labels and pieces the benchmark kept is not documented",
)


def read(raw: Path, task: Task) -> Splits:
    """Read the authors' files: one of MATLAB 7.3, whose axes are turned, and two of an earlier kind.

    An earlier one is held whole: the test file takes 1.8 GB.
    """
    train, validation = task.samples.train, task.samples.validation

    def blocks() -> Iterator[Block]:
        yield from _columns(raw / "train.mat", train)
        yield from _rows(raw / "valid.mat", "valid", validation)

    return Splits(
        fit=Part(task.samples.fit, blocks),
        test=Part(task.samples.test, lambda: _rows(raw / "test.mat", "test", task.samples.test)),
        validation=range(train, train + validation),
    )


def _rows(path: Path, part: str, count: int) -> Iterator[Block]:
    bases, labels = (matlab_array(path, f"{part}{x}data", where=path) for x in ("x", ""))
    if bases.shape != (count, 4, 1000) or len(labels) != count:
        raise damaged(path, f"its pieces have the shape {bases.shape}, not ({count}, 4, 1000)")
    for start in range(0, count, ROWS_AT_ONCE):
        some = slice(start, start + ROWS_AT_ONCE)
        yield bases[some].astype(np.uint8), labels[some].astype(np.uint8)


def _columns(path: Path, count: int) -> Iterator[Block]:
    """Yield `count` pieces, spread evenly over the file."""
    import h5py

    with reading(path, "it cannot be read", OSError, KeyError), h5py.File(path) as file:
        bases, labels = (
            own_array(file, key, mend="fetch it again") for key in ("trainxdata", "traindata")
        )
        total = bases.shape[-1]
        if bases.shape[:-1] != (1000, 4) or labels.shape[-1] != total or total < count:
            raise damaged(path, f"its pieces have the shape {bases.shape}, not (1000, 4, n)")
        chosen: Int[np.ndarray, " n"] = np.arange(count) * total // count
        for start in range(0, total, COLUMNS_AT_ONCE):
            stop = start + COLUMNS_AT_ONCE
            own = chosen[(start <= chosen) & (chosen < stop)] - start
            if len(own):
                some = bases[..., start:stop][..., own].transpose(2, 1, 0)
                yield some.astype(np.uint8), labels[:, start:stop][:, own].T.astype(np.uint8)
