"""Stamps of Hubble images out of deepCR's archives, with the masks of cosmic rays."""

import tarfile
from collections.abc import Iterator
from io import BufferedIOBase
from pathlib import Path, PurePosixPath

import numpy as np
from jaxtyping import Float32, Num

from orca.data.safe_pickle import load_npy
from orca.data.task import Block, Part
from orca.errors import DataError

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


def part_of(archive: Path, folder: str, *, sky_seed: int | None) -> Part:
    """Return the stamps of one archive, in the order of their paths.

    Args:
        archive: a tar file with `<folder>/<filter>/<proposal>/<visit>/<number>*.npy`.
        folder: `npy_train` or `npy_test`.
        sky_seed: seed of the share of the sky's brightness that is added; None adds nothing.

    Raises:
        DataError: if the archive is damaged or holds no such stamps.
    """
    with _open(archive) as file:
        names = [member.name for member in file.getmembers() if member.isfile()]
    stamps = sorted(name for name in names if _is_wanted(PurePosixPath(name), folder))
    if not stamps:
        raise DataError(
            where=str(archive),
            what=f"it holds no {FILTER} stamps of galaxies under {folder}",
            mend="fetch it again",
        )

    def blocks() -> Iterator[Block]:
        generator = None if sky_seed is None else np.random.default_rng(sky_seed)
        with _open(archive) as file:
            for name in stamps:
                image, target = _stamp(_array(file, archive, name), archive, name)
                if generator is not None:
                    share = generator.uniform(*SKY_SHARES)
                    image = image + np.float32(share * _sky(file, archive, name, names))
                yield image[None], target[None]

    return Part(len(stamps), blocks)


def _is_wanted(path: PurePosixPath, folder: str) -> bool:
    if path.suffix != ".npy" or path.name == "sky.npy" or len(path.parts) < 5:
        return False
    top, band, proposal, visit = path.parts[-5:-1]
    return top == folder and band == FILTER and f"{proposal}_{visit}" in GALAXIES


def _stamp(
    planes: Num[np.ndarray, "planes h w"], archive: Path, name: str
) -> tuple[Float32[np.ndarray, "1 128 128"], Float32[np.ndarray, "2 128 128"]]:
    """Return a stamp's middle, and its mask of cosmic rays with the mask of ignored pixels.

    With two planes, no pixel is ignored.
    """
    if planes.ndim != 3 or planes.shape[0] not in (2, 3) or min(planes.shape[1:]) < MIDDLE.stop:
        raise DataError(
            where=f"{archive}, {name}",
            what=f"its shape is {planes.shape} instead of (3, 256, 256)",
            mend="fetch the archive again",
        )
    middle = planes[:, MIDDLE, MIDDLE].astype(np.float32)
    rays = (middle[1] > 0).astype(np.float32)
    ignored = (middle[2] > 0).astype(np.float32) if len(middle) == 3 else np.zeros_like(rays)
    return middle[:1], np.stack([rays, ignored])


def _sky(file: tarfile.TarFile, archive: Path, name: str, names: list[str]) -> float:
    """Return the sky's brightness in the exposure that a stamp comes from; 0 if not stated.

    The stamp's file name begins with the number of the exposure, from 1.
    """
    beside = str(PurePosixPath(name).with_name("sky.npy"))
    if beside not in names:
        return 0.0
    levels = np.ravel(_array(file, archive, beside))
    digits = PurePosixPath(name).stem.split("_")[0]
    if not digits.isdigit() or not 1 <= int(digits) <= len(levels):
        raise DataError(
            where=f"{archive}, {name}",
            what=f"its name does not tell one of {len(levels)} exposures",
            mend="fetch the archive again",
        )
    return float(levels[int(digits) - 1])


def _array(file: tarfile.TarFile, archive: Path, name: str) -> np.ndarray:
    stream = file.extractfile(name)
    assert isinstance(stream, BufferedIOBase)
    return np.asarray(load_npy(stream, where=f"{archive}, {name}"))


def _open(archive: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(archive, "r:*")
    except (OSError, tarfile.TarError) as fault:
        raise DataError(
            where=str(archive), what=f"it is missing or no tar file: {fault}", mend="fetch it again"
        ) from fault
