"""Pictures out of DomainNet's archives, in the order of its lists, 224 x 224."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import UInt8

from orca.data.task import Block, Part
from orca.errors import DataError

if TYPE_CHECKING:
    import PIL.Image

SIDE = 224
SIDE_TO_CUT = 256
CUT_SEED = 0
PICTURES_AT_ONCE = 32


def part_of(archive: Path, listing: Path, *, random_cut: bool) -> Part:
    """Return the pictures of a list whose lines are `<path in the archive> <label>`.

    Args:
        archive: zip file of pictures.
        listing: the list.
        random_cut: squeeze the picture to 256 x 256, cut out 224 x 224 and flip at random, with a
            fixed seed, instead of squeezing it to 224 x 224.

    Raises:
        DataError: if a line is no path and label, or a picture is missing or damaged.
    """
    entries = _entries(listing)

    def blocks() -> Iterator[Block]:
        generator = np.random.default_rng(CUT_SEED) if random_cut else None
        with _open(archive) as file:
            for start in range(0, len(entries), PICTURES_AT_ONCE):
                some = entries[start : start + PICTURES_AT_ONCE]
                pictures = [_picture(file, archive, name, generator) for name, _ in some]
                yield np.stack(pictures), np.array([label for _, label in some])

    return Part(len(entries), blocks)


def _entries(listing: Path) -> list[tuple[str, int]]:
    try:
        lines = listing.read_text().splitlines()
        pairs = [line.rsplit(maxsplit=1) for line in lines if line.strip()]
        return [(name, int(label)) for name, label in pairs]
    except (OSError, ValueError) as fault:
        raise DataError(
            where=str(listing),
            what=f"it is missing or its lines are no path and label: {fault}",
            mend="fetch it again",
        ) from fault


def _picture(
    file: zipfile.ZipFile, archive: Path, name: str, generator: np.random.Generator | None
) -> UInt8[np.ndarray, "3 224 224"]:
    import PIL.Image

    try:
        with PIL.Image.open(io.BytesIO(file.read(name))) as image:
            picture = image.convert("RGB")
    except (KeyError, OSError, zipfile.BadZipFile, EOFError) as fault:
        raise DataError(
            where=f"{archive}, {name}",
            what=f"it is missing or no picture: {fault}",
            mend="fetch the archive again",
        ) from fault
    bilinear = PIL.Image.Resampling.BILINEAR
    if generator is None:
        framed = np.asarray(picture.resize((SIDE, SIDE), bilinear))
    else:
        framed = _cut(picture, generator)
    return np.ascontiguousarray(framed.transpose(2, 0, 1))


def _cut(
    picture: "PIL.Image.Image", generator: np.random.Generator
) -> UInt8[np.ndarray, "224 224 3"]:
    import PIL.Image

    bilinear = PIL.Image.Resampling.BILINEAR
    values = np.asarray(picture.resize((SIDE_TO_CUT, SIDE_TO_CUT), bilinear))
    top, left = generator.integers(SIDE_TO_CUT - SIDE + 1, size=2)
    cut = values[top : top + SIDE, left : left + SIDE]
    return cut[:, ::-1] if generator.random() < 0.5 else cut


def _open(archive: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(archive)
    except (OSError, zipfile.BadZipFile) as fault:
        raise DataError(
            where=str(archive), what=f"it is missing or no zip file: {fault}", mend="fetch it again"
        ) from fault
