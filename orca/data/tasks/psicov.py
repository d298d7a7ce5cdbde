"""PSICOV: from what is known of a protein's residues to the distance between each two of them.

Source: Adhikari 2020 (PDNET); Jones and Kandathil 2018 (DeepCov, the training proteins); Jones
et al. 2012 (PSICOV, the test proteins); NAS-Bench-360 (arXiv:2110.05668).
Differs from the official code: a protein stands in the corner of its 512 x 512 window, without
5 empty rows before it; points outside of it do not count in the loss, where there they are
distances to be learnt (`psicov_official`). The first 100 training proteins are set aside to choose
by.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Float32

from orca.data.download import Download
from orca.data.nas_bench_360 import Bundle, Held, in_bucket
from orca.data.raw_file import damaged, member_of, open_zip
from orca.data.safe_pickle import load_npy, load_pickle
from orca.data.target import Field
from orca.data.task import Block, Part, Samples, Splits, Task
from orca.data.tasks import with_official

LARGEST_DISTANCE = 16.0
"""Training distances are clipped at this many angstrom."""

SMALLEST_DISTANCE = 1.0
CHANNELS = 57

PDNET = Bundle(
    files=(
        Download(
            name="train-data.tar.gz", urls=("http://deep.cs.umsl.edu/pdnet/train-data.tar.gz",)
        ),
    ),
    source="pdnet",
)
"""What PDNET's author publishes: the same features and distances, in the folder `data`."""


@dataclass(frozen=True)
class Placing:
    """Where a protein stands in its window, and what is around it; a longer one is cut.

    Args:
        before: empty rows and columns before it.
        outside: distance to be learnt outside of it, in angstrom; None leaves those points out.
    """

    before: int = 0
    outside: float | None = None

    def framed(
        self, maps: Float32[np.ndarray, "channels l l"], size: int, fill: float = 0.0
    ) -> Float32[np.ndarray, "channels size size"]:
        """Return maps in their place in a window of `size` rows and columns, `fill` around them."""
        framed = np.full((len(maps), size, size), fill, np.float32)
        room = size - self.before
        kept = maps[:, :room, :room]
        place = slice(self.before, self.before + kept.shape[1])
        framed[:, place, place] = kept
        return framed

    def target(
        self, distances: Float32[np.ndarray, "l l"], size: int
    ) -> Float32[np.ndarray, "2 size size"]:
        """Return the distances, and beside them 1 where a point is left out."""
        if self.outside is not None:
            framed = self.framed(distances[None], size, fill=self.outside)
            return np.concatenate([framed, np.zeros_like(framed)])
        inside = self.framed(np.ones_like(distances)[None], size)
        return np.concatenate([self.framed(distances[None], size), 1 - inside])


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
    files=(
        in_bucket(
            "protein.zip",
            bundled="psicov/protein",
            authors=(Held("data", PDNET),),
            mb=1_100,
            pickled=True,
        ),
    ),
    source="psicov",
    option=Placing(),
)
TASKS = with_official(
    "psicov",
    PSICOV,
    metric="mae8_official",
    extra_metrics=("mae8",),
    option=Placing(before=5, outside=100.0),
    differs="5 empty rows and columns before a protein; outside of it 100 angstrom, clipped to"
    " 16 in training, are to be learnt, as in the official code; both triangles of a map are"
    " averaged twice, and proteins cut to the length of the first, in the metric",
)


def read(raw: Path, task: Task) -> Splits:
    """Read the proteins one by one out of the archive."""
    return Splits(
        fit=_part(raw, task, "deepcov", clipped=True),
        test=_part(raw, task, "psicov", clipped=False),
        validation=range(task.samples.validation),
    )


def _part(raw: Path, task: Task, folder: str, *, clipped: bool) -> Part:
    """Return the proteins of the list `<folder>.lst`, one per block.

    Clipped distances end at 16 angstrom.
    """
    path, placing, size = raw / task.files[0].name, task.option, task.input_shape[-1]
    assert isinstance(placing, Placing)
    with open_zip(path) as archive:
        names = _content(archive, f"{folder}.lst").decode().split()

    def blocks() -> Iterator[Block]:
        with open_zip(path) as archive:
            for name in names:
                features = _features(archive, folder, name)
                distances = _distances(archive, folder, name)
                if len(distances) != len(features["seq"]):
                    where = f"{path}, {name}"
                    raise damaged(where, "its distances and features differ in length")
                target = placing.target(distances, size)
                if clipped:
                    target = np.minimum(target, LARGEST_DISTANCE)
                yield placing.framed(maps_of(features), size)[None], target[None]

    return Part(len(names), blocks)


def maps_of(features: dict[str, Any]) -> Float32[np.ndarray, "57 l l"]:
    """Return the maps of a protein of length l, in this order.

    Secondary structure (3), PSSM (22), solvent accessibility, entropy: for each number of a
    residue one map that is constant along rows and one along columns; then CCMpred, FreeContact
    and contact potential. A missing value is 0.

    Source: the official code of NAS-Bench-360 (commit 587bb09), PDNET's features.
    """
    of_residues = np.concatenate(
        [features["ss"], np.transpose(features["pssm"]), [features["sa"], features["entropy"]]]
    )
    length, doubled = len(features["seq"]), 2 * len(of_residues)
    maps = np.empty((CHANNELS, length, length), np.float32)
    maps[0:doubled:2], maps[1:doubled:2] = of_residues[:, :, None], of_residues[:, None, :]
    maps[doubled:] = [features[key] for key in ("ccmpred", "freecon", "potential")]
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


def _features(archive: zipfile.ZipFile, folder: str, name: str) -> dict[str, Any]:
    where = f"{archive.filename}, {name}"
    content = _content(archive, f"{folder}/features/{name}.pkl")
    features = load_pickle(io.BytesIO(content), where=f"{where}.pkl")
    length = len(features["seq"])
    wanted = {
        "ss": (3, length), "pssm": (length, 22), "sa": (length,), "entropy": (length,),
        "ccmpred": (length, length), "freecon": (length, length), "potential": (length, length),
    }  # fmt: skip
    for key, shape in wanted.items():
        if key not in features or np.shape(features[key]) != shape:
            raise damaged(where, f"'{key}' is missing or not of the shape {shape}")
    return dict(features)


def _distances(archive: zipfile.ZipFile, folder: str, name: str) -> Float32[np.ndarray, "l l"]:
    where = f"{archive.filename}, {name}-cb.npy"
    content = _content(archive, f"{folder}/distance/{name}-cb.npy")
    triple = load_npy(io.BytesIO(content), where=where)
    if len(triple) != 3:
        raise damaged(where, "its distances are not (length, sequence, matrix)")
    return mended(np.asarray(triple[2], np.float64))


def _content(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return a member's content, whether or not the archive has a folder around all."""
    places = (f"protein/{name}", f"data/{name}")
    return member_of(archive, next((p for p in places if p in archive.NameToInfo), name))
