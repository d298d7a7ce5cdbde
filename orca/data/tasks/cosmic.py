"""Cosmic: find the pixels of a Hubble image that cosmic rays hit.

Source: Zhang and Bloom 2020 (deepCR, arXiv:1907.09500); NAS-Bench-360 (arXiv:2110.05668): filter
F435W, fields of resolved galaxies.
Differs from the official code: stamps come in sorted order; no sky brightness is added, neither
to test stamps nor to training stamps; electron counts are standardised; ignored pixels count
neither in the loss nor in the metric. `cosmic_official`: the sky is added at random to training
and test stamps (once, where the code draws anew at each access), counts stay, ignored pixels are
set to 0 in output and target.
"""

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path, PurePosixPath

import numpy as np
from jaxtyping import Float32, Num

from orca.data.nas_bench_360 import in_bucket
from orca.data.raw_file import damaged, open_tar
from orca.data.safe_pickle import load_npy
from orca.data.target import Field
from orca.data.task import Block, Normalisation, Part, Samples, Splits, Task
from orca.data.tasks import with_official

FILTER = "f435w"

# Proposal and visit of the fields with resolved galaxies.
# Source: the official code of NAS-Bench-360 (commit 587bb09), field types.
GALAXIES = frozenset({
    "10760_2", "10760_4", "13737_2", "13737_3", "9490_a3", "12513_2", "12513_3", "10182_pb",
    "10182_pd", "10584_13", "10342_3", "14343_1", "13057_1", "10260_7", "10260_5", "10407_3",
    "13364_95", "10190_28", "10190_13", "9490_a2", "13691_11", "12058_12", "12058_16", "12058_1",
    "12058_6", "14704_1", "13804_6",
})  # fmt: skip
MIDDLE = slice(64, 192)
SKY_SHARES = (-0.9, 3.0)
ZENODO = "https://zenodo.org/api/files/8998d801-f877-4301-8b9d-efd3a3adaed7"


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
        in_bucket(
            f"cosmic/deepCR.ACS-WFC.{part}.tar",
            f"{ZENODO}/deepCR.ACS-WFC.{part}.tar?versionId={version}",
            bundled=f"npy_{part}",
            mb=mb,
        )
        for part, mb, version in (
            ("train", 6_500, "9157d939-07da-4ce2-89a3-f59b298b51fd"),
            ("test", 2_000, "571378b4-9e36-478e-9f8d-c6cc04ce7b8d"),
        )
    ),
    source="cosmic",
    normalisation=Normalisation(inputs="per_channel"),
    option=Sky(added=False),
)
TASKS = with_official(
    "cosmic",
    COSMIC,
    loss="zeroed_bce_with_logits",
    metric="one_minus_auroc_official",
    extra_metrics=("one_minus_auroc",),
    normalisation=Normalisation(),
    option=Sky(added=True),
    differs="sky added to training and test stamps, raw electron counts, ignored pixels set to"
    " 0 in output and target, AUROC of thresholded masks, as in the official code; but the sky"
    " is drawn once",
)


def read(raw: Path, task: Task) -> Splits:
    """Read the stamps out of the two archives, in sorted order."""
    assert isinstance(task.option, Sky)
    train, test = (raw / way.name for way in task.files)
    sky = task.option
    return Splits(
        fit=_part(train, "npy_train", sky_seed=sky.seed if sky.added else None),
        test=_part(test, "npy_test", sky_seed=sky.seed + 1 if sky.added else None),
    )


def _part(path: Path, folder: str, *, sky_seed: int | None) -> Part:
    """Return the stamps `<folder>/<filter>/<proposal>/<visit>/<number>*.npy` of an archive.

    With a seed, a share of the sky's brightness is added to each.
    """
    with open_tar(path) as archive:
        names = [member.name for member in archive.getmembers() if member.isfile()]
    stamps = sorted(name for name in names if _is_wanted(PurePosixPath(name), folder))
    if not stamps:
        raise damaged(path, f"it holds no {FILTER} stamps of galaxies under {folder}")

    def blocks() -> Iterator[Block]:
        generator = None if sky_seed is None else np.random.default_rng(sky_seed)
        with open_tar(path) as archive:
            for name in stamps:
                image, target = _stamp(_array(archive, name), f"{path}, {name}")
                if generator is not None:
                    share = generator.uniform(*SKY_SHARES)
                    image = image + np.float32(share * _sky(archive, name, names))
                yield image[None], target[None]

    return Part(len(stamps), blocks)


def _is_wanted(path: PurePosixPath, folder: str) -> bool:
    if path.suffix != ".npy" or path.name == "sky.npy" or len(path.parts) < 5:
        return False
    top, band, proposal, visit = path.parts[-5:-1]
    return top == folder and band == FILTER and f"{proposal}_{visit}" in GALAXIES


def _stamp(
    planes: Num[np.ndarray, "planes h w"], where: str
) -> tuple[Float32[np.ndarray, "1 128 128"], Float32[np.ndarray, "2 128 128"]]:
    """Return a stamp's middle, and its mask of cosmic rays with the mask of ignored pixels.

    With two planes, no pixel is ignored.
    """
    if planes.ndim != 3 or planes.shape[0] not in (2, 3) or min(planes.shape[1:]) < MIDDLE.stop:
        raise damaged(where, f"its shape is {planes.shape} instead of (3, 256, 256)")
    middle = planes[:, MIDDLE, MIDDLE].astype(np.float32)
    rays = (middle[1] > 0).astype(np.float32)
    ignored = (middle[2] > 0).astype(np.float32) if len(middle) == 3 else np.zeros_like(rays)
    return middle[:1], np.stack([rays, ignored])


def _sky(archive: tarfile.TarFile, name: str, names: list[str]) -> float:
    """Return the sky's brightness in the exposure that a stamp comes from; 0 if not stated.

    The stamp's file name begins with the number of the exposure, from 1.
    """
    beside = str(PurePosixPath(name).with_name("sky.npy"))
    if beside not in names:
        return 0.0
    levels = np.ravel(_array(archive, beside))
    digits = PurePosixPath(name).stem.split("_")[0]
    if not digits.isdigit() or not 1 <= int(digits) <= len(levels):
        where = f"{archive.name!s}, {name}"
        raise damaged(where, f"its name does not tell one of {len(levels)} exposures")
    return float(levels[int(digits) - 1])


def _array(archive: tarfile.TarFile, name: str) -> np.ndarray:
    stream = archive.extractfile(name)
    assert isinstance(stream, BufferedIOBase)
    return np.asarray(load_npy(stream, where=f"{archive.name!s}, {name}"))
