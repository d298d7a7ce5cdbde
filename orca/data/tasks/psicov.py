"""PSICOV: from what is known of a protein's residues to the distance between each two of them.

Source: Adhikari 2020 (PDNET); Jones and Kandathil 2018 (DeepCov, the training proteins); Jones
et al. 2012 (PSICOV, the test proteins); NAS-Bench-360 (arXiv:2110.05668).
Differs from the official code: a protein stands in the corner of its 512 x 512 window, without
5 empty rows before it; points outside of it do not count in the loss (there they are distances to
be learnt, 16 angstrom after clipping); the first 100 training proteins are set aside to choose by.
"""

from pathlib import Path

from orca.data.nas_bench_360 import in_bucket
from orca.data.task import Field, Samples, Splits, Task

TASK = Task(
    title="PSICOV",
    suite="nas_bench_360",
    origin="PDNET, Adhikari 2020; GPL 3.0",
    input_shape=(57, 512, 512),
    target=Field(grid=(512, 512), unit="angstrom", masked=True),
    samples=Samples(train=3356, validation=100, test=150),
    loss="masked_mse",
    metric="mae8",
    extra_metrics=("mae8_official",),
    files=(
        in_bucket(
            "protein.zip", "protein.zip",
        ),
    ),
    source="psicov",
)  # fmt: skip


def read(raw: Path, task: Task) -> Splits:
    """Read the proteins one by one out of the archive."""
    from orca.data.proteins import part_of

    archive = raw / task.files[0].name
    return Splits(
        fit=part_of(archive, "deepcov", window=task.input_shape[-1], clipped=True),
        test=part_of(archive, "psicov", window=task.input_shape[-1], clipped=False),
        validation=range(task.samples.validation),
    )
