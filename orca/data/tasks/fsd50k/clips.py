"""Seconds of sound out of NAS-Bench-360's `audio.zip`, as log-mel spectrograms."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path, PurePosixPath

import numpy as np
from jaxtyping import Float, Float16

from orca.data.masks import masks
from orca.data.raw_file import damaged, member_of, open_zip, reading
from orca.data.task import Block, Part, Splits
from orca.data.tasks.fsd50k.mel import RATE, log_mel
from orca.logs import progress
from orca.text_files import object_of

FRAMES = 102
PIECES_AT_ONCE = 64
DRAW_SEED = 0
NOISE_SEED = 0
NOISE_PROBABILITY = 0.75
LARGEST_NOISE_SHARE = 0.5
NOISE = "noise_22050"
"""Folder of the archive: the noise clips of MUSAN (Snyder et al. 2015, arXiv:1510.08484)."""


@dataclass(frozen=True)
class Piece:
    """One second of a clip: where it lies, the clip's number at FSD50K and those of its labels."""

    member: str
    clip: int
    labels: tuple[int, ...]


def splits_of(path: Path, *, classes: int, most: int, noisy: bool) -> Splits:
    """Return the clips of the three lists `tr.csv`, `val.csv` and `eval.csv`.

    Args:
        path: `audio.zip`.
        classes: how many labels there are.
        most: pieces kept of each clip for training and validation, drawn with a fixed seed; of
            test clips, all are.
        noisy: whether training pieces are masked and mixed with the archive's noise, drawn once too.

    Raises:
        DataError: if the archive or a list in it is damaged or misses something.
    """
    with open_zip(path) as archive:
        members = (n for n in archive.namelist() if not n.endswith("/") and NOISE not in n)
        places = {PurePosixPath(member).name: member for member in members}
        lists = [_listed(archive, name, places) for name in ("tr", "val", "eval")]
        noise = _noise_members(archive) if noisy else []
    generator = np.random.default_rng(DRAW_SEED)
    train, validation = (_thinned(pieces, most, generator) for pieces in lists[:2])
    count = len(train) + len(validation)
    return Splits(
        fit=_part(path, train + validation, classes, noise, noisy=len(train) if noisy else 0),
        test=_part(path, lists[2], classes),
        validation=range(len(train), count),
    )


def spectrogram(sound: bytes, *, where: str) -> Float[np.ndarray, "96 frames"]:
    """Return a sound as 96 bands by 100 frames a second, and one more.

    A sound that is shorter than a second is repeated until it is as long.

    Raises:
        DataError: if the sound cannot be decoded or has another sampling rate.
    """
    import soundfile

    with reading(where, "it cannot be decoded", soundfile.LibsndfileError):
        samples, rate = soundfile.read(io.BytesIO(sound), dtype="float32", always_2d=True)
    if rate != RATE or not len(samples):
        raise damaged(where, f"it has {len(samples)} samples at {rate} Hz; {RATE} Hz are wanted")
    mono = samples.mean(axis=1)
    return log_mel(mono if len(mono) >= RATE else np.resize(mono, RATE))


def _spectrogram_of(archive: zipfile.ZipFile, name: str) -> Float[np.ndarray, "96 frames"]:
    return spectrogram(member_of(archive, name), where=f"{archive.filename}, {name}")


def _thinned(pieces: list[Piece], most: int, generator: np.random.Generator) -> list[Piece]:
    """Return at most `most` pieces of each clip, drawn, in the order of the list."""
    kept: list[Piece] = []
    for _, clip in groupby(pieces, key=lambda piece: piece.clip):
        own = list(clip)
        chosen = np.sort(generator.choice(len(own), min(most, len(own)), replace=False))
        kept += [own[int(number)] for number in chosen]
    return kept


def _part(
    path: Path, pieces: list[Piece], classes: int, noise: Sequence[str] = (), noisy: int = 0
) -> Part:
    """Return the pieces' spectrograms, the first `noisy` of them with noise and masks.

    A last frame of zeros is added, as the official code does; 16 bits say decibels to 0.03.
    """

    def blocks() -> Iterator[Block]:
        generator = np.random.default_rng(NOISE_SEED)
        with open_zip(path) as archive:
            noises = _noises(archive, noise)
            for start in range(0, len(pieces), PIECES_AT_ONCE):
                some = pieces[start : start + PIECES_AT_ONCE]
                spectra = np.zeros((len(some), 1, 96, FRAMES), np.float16)
                labels = np.zeros((len(some), classes), np.uint8)
                for number, piece in enumerate(some):
                    spectrum = _spectrogram_of(archive, piece.member)[:, : FRAMES - 1]
                    if start + number < noisy:
                        spectrum = disturbed(spectrum, noises, generator)
                    spectra[number, 0, :, :-1] = spectrum
                    labels[number, list(piece.labels)] = 1
                yield spectra, labels

    return Part(len(pieces), blocks, groups=np.array([p.clip for p in pieces], np.int64))


def disturbed(
    spectrum: Float[np.ndarray, "bands frames"],
    noises: Sequence[Float[np.ndarray, "bands _"]],
    generator: np.random.Generator,
) -> Float[np.ndarray, "bands frames"]:
    """Return a spectrogram with masks, and with a stretch of noise mixed in, in decibels.

    With probability 3/4 it becomes (1 - a) spectrum + a noise, a from 0 to 1/2. The noise is any of
    `noises`, masked on its whole length by the same law, from any of its frames on.

    Source: the official code of ORCA (commit 19b8c1c), which has it from NAS-Bench-360
    (arXiv:2110.05668).
    """
    own = masked(spectrum, generator)
    if generator.random() >= NOISE_PROBABILITY:
        return own
    noise = masked(noises[int(generator.integers(len(noises)))], generator)
    start = int(generator.integers(noise.shape[1] - own.shape[1] + 1))
    share = LARGEST_NOISE_SHARE * generator.random()
    return (1 - share) * own + share * noise[:, start : start + own.shape[1]]


def masked(
    spectrum: Float[np.ndarray, "bands frames"], generator: np.random.Generator
) -> Float[np.ndarray, "bands frames"]:
    """Return a copy with some bands of bins and frames at its smallest value, or with none."""
    changed = spectrum.astype(np.float32)
    bins, frames = changed.shape
    lowest = changed.min()
    for place in masks(bins, frames, generator.random):
        changed[place] = lowest
    return changed


def _noise_members(archive: zipfile.ZipFile) -> list[str]:
    members = sorted(n for n in archive.namelist() if f"{NOISE}/" in n and n.endswith(".wav"))
    if not members:
        raise damaged(archive.filename, f"it has no sounds under '{NOISE}'")
    return members


def _noises(archive: zipfile.ZipFile, members: Sequence[str]) -> list[Float16[np.ndarray, "96 _"]]:
    """Return the noise clips' spectrograms, each of its own length; all of them take 0.4 GB."""
    return [
        _spectrogram_of(archive, member).astype(np.float16)
        for member in progress(members, what="noise clips", total=len(members))
    ]


def _listed(archive: zipfile.ZipFile, name: str, places: dict[str, str]) -> list[Piece]:
    """Return the pieces of a list, sorted: `files` ends in the file's name, `ext` is the clip.

    `places` says where the archive's files lie, by their names.
    """
    classes, listing = (
        member_of(archive, places.get(file, file)).decode()
        for file in ("lbl_map.json", f"{name}.csv")
    )
    where, what = f"{archive.filename}, lbl_map.json", "it numbers no labels"
    with reading(where, what, ValueError):
        numbers = object_of(classes)
    pieces = []
    for row in csv.DictReader(io.StringIO(listing)):
        what = f"{dict(row)} is no piece of a clip that is there"
        with reading(f"{archive.filename}, {name}.csv", what, KeyError, ValueError, AttributeError):
            labels = tuple(numbers[label] for label in row["labels"].split(","))
            pieces.append(Piece(places[PurePosixPath(row["files"]).name], int(row["ext"]), labels))
    return sorted(pieces, key=lambda piece: (piece.clip, piece.member))
