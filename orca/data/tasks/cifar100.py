"""CIFAR-100: natural images of 100 classes.

Source: Krizhevsky 2009; NAS-Bench-360 (arXiv:2110.05668). Normalised by the constants that the
official code of ORCA states.
Differs from the official code: 10,000 training images are set aside to choose the epoch by.
"""

from pathlib import Path

from orca.data.cifar_archive import read_batches
from orca.data.download import Download
from orca.data.target import Classes
from orca.data.task import Normalisation, Part, Samples, Splits, Task

TASK = Task(
    title="CIFAR-100",
    suite="nas_bench_360",
    origin="CIFAR-100, Krizhevsky 2009; CC BY 4.0 as NAS-Bench-360 states",
    input_shape=(3, 32, 32),
    target=Classes(100),
    samples=Samples(train=40_000, validation=10_000, test=10_000),
    loss="cross_entropy",
    metric="zero_one_error_pct",
    files=(
        Download(
            name="cifar-100-python.tar.gz",
            urls=("https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz",),
            size=169_001_437,
            digest="sha256:85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
        ),
    ),
    source="cifar100",
    normalisation=Normalisation(
        inputs="stated",
        means=(0.5071 * 255, 0.4867 * 255, 0.4408 * 255),
        deviations=(0.2675 * 255, 0.2565 * 255, 0.2761 * 255),
    ),
    augmentation=("random_crop_padding_4", "horizontal_flip"),
)


def read(raw: Path, task: Task) -> Splits:
    """Read the archive's two batches, with their fine labels."""
    archive = raw / task.files[0].name
    return Splits(
        fit=Part.of(*read_batches(archive, ("train",), "fine_labels")),
        test=Part.of(*read_batches(archive, ("test",), "fine_labels")),
    )
