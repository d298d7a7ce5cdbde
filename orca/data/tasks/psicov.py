"""PSICOV: from what is known of a protein's residues to the distance between each two of them.

Source: Adhikari 2020 (PDNET); Jones and Kandathil 2018 (DeepCov, the training proteins); Jones
et al. 2012 (PSICOV, the test proteins); NAS-Bench-360 (arXiv:2110.05668).
Differs from the official code: a protein stands in the corner of its 512 x 512 window, without
5 empty rows before it; points outside of it do not count in the loss, where there they are
distances to be learnt (`psicov_official`). The first 100 training proteins are set aside to choose
by.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from orca.data.nas_bench_360 import in_bucket
from orca.data.task import Field, Samples, Splits, Task


@dataclass(frozen=True)
class Placing:
    """Where a protein stands in its window, and what is around it.

    Args:
        before: empty rows and columns before it.
        outside: distance to be learnt outside of it, in angstrom; None leaves those points out.
    """

    before: int = 0
    outside: float | None = None


PSICOV = Task(
    title="PSICOV",
    suite="nas_bench_360",
    origin="PDNET, Adhikari 2020; GPL 3.0",
    input_shape=(57, 512, 512),
    target=Field(grid=(512, 512), unit="angstrom", masked=True),
    samples=Samples(train=3356, validation=100, test=150),
    loss="masked_mse",
    metric="mae8",
    extra_metrics=("mae8_official",),
    files=(in_bucket("protein.zip", "protein.zip"),),
    source="psicov",
    option=Placing(),
)
TASKS = {
    "psicov": PSICOV,
    "psicov_official": replace(
        PSICOV,
        metric="mae8_official",
        extra_metrics=("mae8",),
        option=Placing(before=5, outside=100.0),
        baseline="psicov",
        differs="5 empty rows and columns before a protein; outside of it 100 angstrom, clipped to"
        " 16 in training, are to be learnt, as in the official code; both triangles of a map are"
        " averaged twice",
    ),
}


def read(raw: Path, task: Task) -> Splits:
    """Read the proteins one by one out of the archive."""
    from orca.data.proteins import Window, part_of

    assert isinstance(task.option, Placing)
    archive = raw / task.files[0].name
    window = Window(task.input_shape[-1], task.option.before, task.option.outside)
    return Splits(
        fit=part_of(archive, "deepcov", window, clipped=True),
        test=part_of(archive, "psicov", window, clipped=False),
        validation=range(task.samples.validation),
    )
