"""Spherical CIFAR-100: images laid on the southern half of a sphere and turned at random.

Source: Cohen et al. 2018 (S2CNN); NAS-Bench-360 (arXiv:2110.05668). Values from 0 to 1, as the
official code has them. `spherical_rebuilt` is made from CIFAR-100 by the same rule.
Differs from the official code: 10,000 training images are set aside to choose the epoch by.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from orca.data.cifar_archive import read_batches
from orca.data.nas_bench_360 import in_bucket
from orca.data.raw_file import damaged, reading
from orca.data.safe_pickle import load_pickle_file
from orca.data.target import Classes
from orca.data.task import Block, Normalisation, Part, Samples, Splits, Task
from orca.data.tasks.cifar100 import TASK as CIFAR100
from orca.data.tasks.spherical.sphere import draw_rotation, laid_on_sphere


@dataclass(frozen=True)
class Turned:
    """How many images, one after the other, are turned alike; and the seed of the rotations."""

    alike: int
    seed: int = 0


SPHERICAL = Task(
    title="Spherical",
    suite="nas_bench_360",
    origin="NAS-Bench-360, from CIFAR-100; CC BY-SA",
    input_shape=(3, 60, 60),
    target=Classes(100),
    samples=Samples(train=40_000, validation=10_000, test=10_000),
    loss="cross_entropy",
    metric="zero_one_error_pct",
    files=(
        in_bucket(
            "spherical/s2_cifar100.gz", bundled="spherical/s2_cifar100.gz", mb=272, pickled=True
        ),
    ),
    source="spherical",
    normalisation=Normalisation(inputs="stated", means=(0.0,), deviations=(255.0,)),
)
TASKS = {
    "spherical": SPHERICAL,
    "spherical_rebuilt": replace(
        SPHERICAL,
        files=CIFAR100.files,
        source=CIFAR100.source,
        option=Turned(alike=500),
        variant_of="spherical",
        differs="laid on the sphere and turned by us, from CIFAR-100, by the benchmark's rule; the"
        " rotations are other draws than the benchmark's, one for each 500 images as there",
    ),
}


def read(raw: Path, task: Task) -> Splits:
    """Read the gzipped pickle, whose images are whole numbers below 256, or CIFAR-100's archive."""
    path = raw / task.files[0].name
    if isinstance(task.option, Turned):
        return Splits(
            fit=_turned(path, "train", task.option), test=_turned(path, "test", task.option)
        )
    content = load_pickle_file(path)
    return Splits(fit=_part(content, "train", path), test=_part(content, "test", path))


def _part(content: Any, key: str, path: Path) -> Part:
    with reading(path, f"it has no '{key}' images and labels", KeyError, TypeError, ValueError):
        images = np.asarray(content[key]["images"])
        labels = np.asarray(content[key]["labels"], np.int64)
    if images.dtype != np.uint8:
        raise damaged(path, f"its images are {images.dtype}, not uint8")
    return Part.of(images, labels)


def _turned(archive: Path, batch: str, how: Turned) -> Part:
    images, labels = read_batches(archive, (batch,), "fine_labels")

    def blocks() -> Iterator[Block]:
        generator = np.random.default_rng([how.seed, ("train", "test").index(batch)])
        for start in range(0, len(images), how.alike):
            some = slice(start, start + how.alike)
            yield laid_on_sphere(images[some], draw_rotation(generator)), labels[some]

    return Part(len(images), blocks)
