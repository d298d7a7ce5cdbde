"""DeepSEA: which proteins bind to a piece of DNA, and how open it is: 36 labels at once.

Source: Zhou and Troyanskaya 2015; NAS-Bench-360 (arXiv:2110.05668), which does not say which 36
of the 919 labels it kept: `deepsea_919`, from the authors' files, has them all.
Differs from the official code: the AUROC is that of the whole test split; there it is the mean over
parts of 1008 pieces (`deepsea_official`).
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from jaxtyping import Int

from orca.data.download import Download
from orca.data.hdf5_checks import own_array
from orca.data.nas_bench_360 import Bundle, Bundled, Held, in_bucket
from orca.data.npz import rows_in, shape_in
from orca.data.raw_file import damaged, matlab_array, reading
from orca.data.target import MultiLabel
from orca.data.task import Block, Part, Samples, Splits, Task

ROWS_AT_ONCE = 2048
COLUMNS_AT_ONCE = 2**15
"""Of the authors' training file, whose pieces are columns."""

PRINCETON = Bundle(
    files=(
        Download(
            name="deepsea_train_bundle.v0.9.tar.gz",
            urls=("http://deepsea.princeton.edu/media/code/deepsea_train_bundle.v0.9.tar.gz",),
        ),
    ),
    source="deepsea_bundle",
)

DEEPSEA = Task(
    title="DeepSEA",
    suite="nas_bench_360",
    origin="DeepSEA, Zhou and Troyanskaya 2015; CC BY 4.0 as NAS-Bench-360 states",
    input_shape=(4, 1000),
    target=MultiLabel(36),
    samples=Samples(train=71_753, validation=2490, test=149_400),
    loss="bce_with_logits_positive_4",
    metric="one_minus_auroc",
    extra_metrics=("one_minus_auroc_chunked",),
    files=(in_bucket("deepsea_filtered.npz", "deepsea/deepsea_filtered.npz", mb=860),),
    source="deepsea",
)
TASKS = {
    "deepsea": DEEPSEA,
    "deepsea_official": replace(
        DEEPSEA,
        metric="one_minus_auroc_chunked",
        extra_metrics=("one_minus_auroc",),
        variant_of="deepsea",
        as_published=True,
        differs="the AUROC is the mean over parts of 1008 pieces, as in the official code",
    ),
    "deepsea_919": replace(
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
    ),
}


def read(raw: Path, task: Task) -> Splits:
    """Read the one-hot sequences piece by piece; a base becomes a channel."""
    if len(task.files) > 1:
        return _of_the_authors(raw, task)
    path = raw / task.files[0].name
    train, validation, test = (shape_in(path, f"x_{part}")[0] for part in ("train", "val", "test"))
    return Splits(
        fit=_part(path, ("train", "val"), train + validation),
        test=_part(path, ("test",), test),
        validation=range(train, train + validation),
    )


def _part(path: Path, names: tuple[str, ...], count: int) -> Part:
    def blocks() -> Iterator[Block]:
        for name in names:
            pairs = zip(
                rows_in(path, f"x_{name}", ROWS_AT_ONCE),
                rows_in(path, f"y_{name}", ROWS_AT_ONCE),
                strict=True,
            )
            for bases, labels in pairs:
                yield bases.transpose(0, 2, 1).astype(np.uint8), labels.astype(np.uint8)

    return Part(count, blocks)


def _of_the_authors(raw: Path, task: Task) -> Splits:
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
