"""Proteins out of NAS-Bench-360's `protein.zip`: 57 maps of features, one map of distances."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Float32

from orca.data.safe_pickle import load_npy, load_pickle
from orca.data.task import Block, Part
from orca.errors import DataError

LARGEST_DISTANCE = 16.0
"""Training distances are clipped at so many angstrom."""

SMALLEST_DISTANCE = 1.0
CHANNELS = 57


@dataclass(frozen=True)
class Window:
    """The square that maps of proteins of any length are put into.

    Args:
        size: its rows and columns; a longer protein is cut at it.
        before: rows and columns that stay empty before the protein.
        outside: distance stated outside of the protein; None marks those points as left out.
    """

    size: int
    before: int = 0
    outside: float | None = None

    def framed(
        self, maps: Float32[np.ndarray, "channels l l"], fill: float = 0.0
    ) -> Float32[np.ndarray, "channels size size"]:
        """Return maps in their place, `fill` around them."""
        framed = np.full((len(maps), self.size, self.size), fill, np.float32)
        room = self.size - self.before
        kept = maps[:, :room, :room]
        place = slice(self.before, self.before + kept.shape[1])
        framed[:, place, place] = kept
        return framed

    def target(self, distances: Float32[np.ndarray, "l l"]) -> Float32[np.ndarray, "2 size size"]:
        """Return the distances, and beside them 1 where a point is left out."""
        if self.outside is not None:
            framed = self.framed(distances[None], fill=self.outside)
            return np.concatenate([framed, np.zeros_like(framed)])
        inside = self.framed(np.ones_like(distances)[None])
        return np.concatenate([self.framed(distances[None]), 1 - inside])


def part_of(archive: Path, folder: str, window: Window, *, clipped: bool) -> Part:
    """Return the proteins of one list, `<folder>.lst`, one per block.

    Args:
        archive: `protein.zip`.
        folder: `deepcov` or `psicov`.
        window: what the maps are put into.
        clipped: whether distances end at 16 angstrom.

    Raises:
        DataError: if the archive is damaged or a protein is missing or not of its length.
    """
    with _open(archive) as file:
        names = _member(file, f"{folder}.lst", archive).decode().split()

    def blocks() -> Iterator[Block]:
        with _open(archive) as file:
            for name in names:
                features = _features(file, archive, folder, name)
                distances = _distances(file, archive, folder, name)
                if len(distances) != len(features["seq"]):
                    raise _fault(archive, name, "its distances and features differ in length")
                target = window.target(distances)
                if clipped:
                    target = np.minimum(target, LARGEST_DISTANCE)
                yield window.framed(maps_of(features))[None], target[None]

    return Part(len(names), blocks)


def maps_of(features: dict[str, Any]) -> Float32[np.ndarray, "57 l l"]:
    """Return the maps of a protein of length l, in this order.

    Secondary structure (3), PSSM (22), solvent accessibility, entropy: for each number of a
    residue one map that is constant along rows and one along columns; then CCMpred, FreeContact
    and contact potential. A missing value is 0.

    Source: the official code of NAS-Bench-360 (commit 587bb09), PDNET's features.
    """
    length = len(features["seq"])
    of_residues = [
        *np.asarray(features["ss"], np.float32),
        *np.asarray(features["pssm"], np.float32).T,
        np.asarray(features["sa"], np.float32),
        np.asarray(features["entropy"], np.float32),
    ]
    maps = np.empty((CHANNELS, length, length), np.float32)
    for number, values in enumerate(of_residues):
        maps[2 * number] = values[:, None]
        maps[2 * number + 1] = values[None, :]
    for number, key in enumerate(("ccmpred", "freecon", "potential"), start=2 * len(of_residues)):
        maps[number] = features[key]
    return np.nan_to_num(maps)


def mended(distances: Float[np.ndarray, "l l"]) -> Float32[np.ndarray, "l l"]:
    """Return distances of at least 1 angstrom, the diagonal filled from its neighbours.

    Source: as `maps_of`.
    """
    mended = np.maximum(np.nan_to_num(distances), SMALLEST_DISTANCE).astype(np.float32)
    inner = np.arange(1, len(mended) - 1)
    mended[0, 0], mended[-1, -1] = mended[0, 1], mended[-1, -2]
    mended[inner, inner] = (mended[inner, inner - 1] + mended[inner, inner + 1]) / 2
    return mended


def _features(file: zipfile.ZipFile, archive: Path, folder: str, name: str) -> dict[str, Any]:
    content = _member(file, f"{folder}/features/{name}.pkl", archive)
    features = load_pickle(io.BytesIO(content), where=f"{archive}, {name}.pkl")
    length = len(features["seq"])
    wanted = {
        "ss": (3, length), "pssm": (length, 22), "sa": (length,), "entropy": (length,),
        "ccmpred": (length, length), "freecon": (length, length), "potential": (length, length),
    }  # fmt: skip
    for key, shape in wanted.items():
        if key not in features or np.shape(features[key]) != shape:
            raise _fault(archive, name, f"'{key}' is missing or not of the shape {shape}")
    return dict(features)


def _distances(
    file: zipfile.ZipFile, archive: Path, folder: str, name: str
) -> Float32[np.ndarray, "l l"]:
    content = _member(file, f"{folder}/distance/{name}-cb.npy", archive)
    triple = load_npy(io.BytesIO(content), where=f"{archive}, {name}-cb.npy")
    if len(triple) != 3:
        raise _fault(archive, name, "its distances are not (length, sequence, matrix)")
    return mended(np.asarray(triple[2], np.float64))


def _open(archive: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(archive)
    except (OSError, zipfile.BadZipFile) as fault:
        raise DataError(
            where=str(archive), what=f"it is missing or no zip file: {fault}", mend="fetch it again"
        ) from fault


def _member(file: zipfile.ZipFile, name: str, archive: Path) -> bytes:
    """Return a member's content, whether or not the archive has a folder around all."""
    for known in (name, f"protein/{name}"):
        try:
            return file.read(known)
        except KeyError:
            continue
        except (zipfile.BadZipFile, EOFError) as fault:
            raise _fault(archive, name, f"it is damaged: {fault}") from fault
    raise _fault(archive, name, "it is missing")


def _fault(archive: Path, name: str, what: str) -> DataError:
    return DataError(where=f"{archive}, {name}", what=what, mend="fetch the archive again")
