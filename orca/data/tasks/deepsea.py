"""DeepSEA: which proteins bind to a piece of DNA, and how open it is: 36 labels at once.

Source: Zhou and Troyanskaya 2015; NAS-Bench-360 (arXiv:2110.05668), which does not say which 36
of the 919 labels it kept: the task `deepsea_919` has them all.
Differs from the official code: the AUROC is that of the whole test split; there it is the mean over
parts of 1008 pieces (`deepsea_official`).
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from orca.data.nas_bench_360 import in_bucket
from orca.data.npz import rows_in, shape_in
from orca.data.target import MultiLabel
from orca.data.task import Block, Part, Samples, Splits, Task
from orca.data.tasks import with_official

ROWS_AT_ONCE = 2048
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
    files=(in_bucket("deepsea/deepsea_filtered.npz", mb=860),),
    source="deepsea",
)
TASKS = with_official(
    "deepsea",
    DEEPSEA,
    metric="one_minus_auroc_chunked",
    extra_metrics=("one_minus_auroc",),
    differs="the AUROC is the mean over parts of 1008 pieces, as in the official code",
)


def read(raw: Path, task: Task) -> Splits:
    """Read the one-hot sequences piece by piece; a base becomes a channel."""
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
