"""CIFAR-10: the paper's stand-in for what a vision body was pretrained on.

Source: Krizhevsky 2009; ORCA (ICML 2023), section 4: 5,000 random training images.
Differs from the official code: the draw does not depend on the run's seed, and images are neither
cropped nor flipped at random (`cifar10_official`).
"""

from pathlib import Path

import numpy as np

from orca.data.cifar_archive import read_batches
from orca.data.download import Download
from orca.data.proxy import Images, Proxy

COUNT = 5000
SEED = 0
NAMES = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip

PROXY = Proxy(
    title="CIFAR-10",
    kind="image",
    origin="CIFAR-10, Krizhevsky 2009; its authors state no licence",
    files=(
        Download(
            name="cifar-10-python.tar.gz",
            urls=("https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",),
            size=170_498_071,
            digest="sha256:6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
        ),
    ),
    source="cifar10",
    samples=COUNT,
    mean=(0.4914, 0.4822, 0.4465),
    deviation=(0.2023, 0.1994, 0.2010),
)


def read(raw: Path) -> Images:
    """Return 5,000 training images, drawn with a fixed seed, in the order of the batches."""
    batches = tuple(f"data_batch_{number}" for number in range(1, 6))
    images, labels = read_batches(raw / PROXY.files[0].name, batches, "labels")
    count = min(COUNT, len(images))
    chosen = np.sort(np.random.default_rng(SEED).choice(len(images), count, replace=False))
    return Images(images[chosen], labels[chosen], NAMES)
