"""Cosmic: find the pixels of a Hubble image that cosmic rays hit.

Source: Zhang and Bloom 2020 (deepCR, arXiv:1907.09500); NAS-Bench-360 (arXiv:2110.05668): filter
F435W, fields of resolved galaxies.
Differs from the official code: stamps come in sorted order; no sky brightness is added, neither
to test stamps nor to training stamps; electron counts are standardised; ignored pixels count
neither in the loss nor in the metric. `cosmic_official`: the sky is added at random to training
and test stamps (once, where the code draws anew at each access), counts stay, ignored pixels are
set to 0 in output and target.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from orca.data.nas_bench_360 import in_bucket
from orca.data.task import Field, Normalisation, Samples, Splits, Task


@dataclass(frozen=True)
class Sky:
    """Whether a random share of the sky's brightness is added, from a generator of this seed."""

    added: bool
    seed: int = 0


COSMIC = Task(
    title="Cosmic",
    suite="nas_bench_360",
    origin="deepCR, Zhang and Bloom 2020, from Hubble data; open",
    input_shape=(1, 128, 128),
    target=Field(grid=(128, 128), binary=True, masked=True),
    samples=Samples(train=4347, validation=483, test=420),
    loss="masked_bce_with_logits",
    metric="one_minus_auroc",
    extra_metrics=("one_minus_auroc_official",),
    files=tuple(
        in_bucket(name, f"cosmic/{name}", f"https://zenodo.org/api/files/{place}")
        for name, place in (
            (
                "deepCR.ACS-WFC.train.tar",
                "8998d801-f877-4301-8b9d-efd3a3adaed7/deepCR.ACS-WFC.train.tar"
                "?versionId=9157d939-07da-4ce2-89a3-f59b298b51fd",
            ),
            (
                "deepCR.ACS-WFC.test.tar",
                "8998d801-f877-4301-8b9d-efd3a3adaed7/deepCR.ACS-WFC.test.tar"
                "?versionId=571378b4-9e36-478e-9f8d-c6cc04ce7b8d",
            ),
        )
    ),
    source="cosmic",
    normalisation=Normalisation(inputs="per_channel"),
    option=Sky(added=False),
)
TASKS = {
    "cosmic": COSMIC,
    "cosmic_official": replace(
        COSMIC,
        loss="zeroed_bce_with_logits",
        metric="one_minus_auroc_official",
        extra_metrics=("one_minus_auroc",),
        normalisation=Normalisation(),
        option=Sky(added=True),
        baseline="cosmic",
        differs="sky added to training and test stamps, raw electron counts, ignored pixels set to"
        " 0 in output and target, AUROC of thresholded masks, as in the official code; but the sky"
        " is drawn once",
    ),
}


def read(raw: Path, task: Task) -> Splits:
    """Read the stamps out of the two archives, in sorted order."""
    from orca.data.stamps import part_of

    assert isinstance(task.option, Sky)
    train, test = (raw / way.name for way in task.files)
    sky = task.option
    return Splits(
        fit=part_of(train, "npy_train", sky_seed=sky.seed if sky.added else None),
        test=part_of(test, "npy_test", sky_seed=sky.seed + 1 if sky.added else None),
    )
