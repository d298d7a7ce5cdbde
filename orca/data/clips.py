"""Seconds of sound out of NAS-Bench-360's `audio.zip`, as log-mel spectrograms."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from jaxtyping import Float, Float16, UInt8

from orca.data.mel import RATE, log_mel
from orca.data.noise import disturbed
from orca.data.task import Block, Part, Splits
from orca.errors import DataError
from orca.logs import progress

FRAMES = 102
PIECES_AT_ONCE = 64
DRAW_SEED = 0
NOISE_SEED = 0
NOISE = "noise_22050"
"""Folder of the archive: the noise clips of MUSAN (Snyder et al. 2015, arXiv:1510.08484)."""


@dataclass(frozen=True)
class Piece:
    """One second of a clip.

    Args:
        member: its name in the archive.
        clip: number of the clip at FSD50K.
        labels: names of the sounds in the clip.
    """

    member: str
    clip: int
    labels: tuple[str, ...]


def splits_of(archive: Path, *, most: int, noisy: bool) -> Splits:
    """Return the clips of the three lists `tr.csv`, `val.csv` and `eval.csv`.

    Args:
        archive: `audio.zip`.
        most: pieces kept of each clip for training and validation, drawn with a fixed seed; of
            test clips, all are.
        noisy: whether training pieces are masked and mixed with the archive's noise, likewise.

    Raises:
        DataError: if the archive or a list in it is damaged or misses something.
    """
    with _open(archive) as file:
        places = _places(file)
        classes = json.loads(_text(file, places, "lbl_map.json", archive))
        lists = {
            name: _listed(_text(file, places, f"{name}.csv", archive), places, classes, archive)
            for name in ("tr", "val", "eval")
        }
        noise = _noise_members(file, archive) if noisy else []
    generator = np.random.default_rng(DRAW_SEED)
    train, validation = (_thinned(lists[name], most, generator) for name in ("tr", "val"))
    return Splits(
        fit=_part(archive, [*train, *validation], classes, noise, noisy=len(train) if noise else 0),
        test=_part(archive, lists["eval"], classes),
        validation=range(len(train), len(train) + len(validation)),
    )


def spectrogram(sound: bytes, *, where: str) -> Float[np.ndarray, "96 frames"]:
    """Return a sound as 96 bands by 100 frames a second, and one more.

    A sound that is shorter than a second is repeated until it is as long.

    Raises:
        DataError: if the sound cannot be decoded or has another sampling rate.
    """
    import soundfile

    try:
        samples, rate = soundfile.read(io.BytesIO(sound), dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as fault:
        raise DataError(
            where=where, what=f"it cannot be decoded: {fault}", mend="fetch the archive again"
        ) from fault
    if rate != RATE or not len(samples):
        raise DataError(
            where=where,
            what=f"it has {len(samples)} samples at {rate} Hz; {RATE} Hz are wanted",
            mend="fetch the archive again",
        )
    mono = samples.mean(axis=1)
    return log_mel(mono if len(mono) >= RATE else np.resize(mono, RATE))


def _thinned(pieces: list[Piece], most: int, generator: np.random.Generator) -> list[Piece]:
    """Return at most `most` pieces of each clip, drawn, in the order of the list."""
    by_clip: dict[int, list[Piece]] = {}
    for piece in pieces:
        by_clip.setdefault(piece.clip, []).append(piece)
    kept: list[Piece] = []
    for clip in sorted(by_clip):
        own = by_clip[clip]
        chosen = np.sort(generator.choice(len(own), min(most, len(own)), replace=False))
        kept += [own[int(number)] for number in chosen]
    return kept


def _part(
    archive: Path,
    pieces: list[Piece],
    classes: dict[str, int],
    noise: Sequence[str] = (),
    noisy: int = 0,
) -> Part:
    """Return the pieces' spectrograms, the first `noisy` of them with noise and masks."""

    def blocks() -> Iterator[Block]:
        generator = np.random.default_rng(NOISE_SEED)
        with _open(archive) as file:
            noises = _noises(file, noise, archive)
            for start in range(0, len(pieces), PIECES_AT_ONCE):
                some = pieces[start : start + PIECES_AT_ONCE]
                spectra = [_second(file, piece.member, archive) for piece in some]
                for number in range(min(len(some), noisy - start)):
                    spectra[number] = disturbed(spectra[number], noises, generator)
                labels = np.stack([_labels(piece, classes) for piece in some])
                yield _padded(np.stack(spectra)[:, None]), labels

    return Part(len(pieces), blocks, groups=np.array([p.clip for p in pieces], np.int64))


def _second(file: zipfile.ZipFile, member: str, archive: Path) -> Float[np.ndarray, "96 101"]:
    sound = _content(file, member, archive)
    return spectrogram(sound, where=f"{archive}, {member}")[:, : FRAMES - 1]


def _padded(spectra: Float[np.ndarray, "n 1 96 101"]) -> Float16[np.ndarray, "n 1 96 102"]:
    """Add a last frame of zeros, as the official code does; 16 bits say decibels to 0.03."""
    return np.pad(spectra, ((0, 0), (0, 0), (0, 0), (0, 1))).astype(np.float16)


def _noise_members(file: zipfile.ZipFile, archive: Path) -> list[str]:
    members = sorted(n for n in file.namelist() if f"{NOISE}/" in n and n.endswith(".wav"))
    if not members:
        raise DataError(
            where=str(archive), what=f"it has no sounds under '{NOISE}'", mend="fetch it again"
        )
    return members


def _noises(
    file: zipfile.ZipFile, members: Sequence[str], archive: Path
) -> list[Float16[np.ndarray, "96 _"]]:
    """Return the noise clips' spectrograms, each of its own length; all of them take 0.4 GB."""
    return [
        spectrogram(_content(file, member, archive), where=f"{archive}, {member}").astype(
            np.float16
        )
        for member in progress(members, what="noise clips", total=len(members))
    ]


def _labels(piece: Piece, classes: dict[str, int]) -> UInt8[np.ndarray, " classes"]:
    labels = np.zeros(len(classes), np.uint8)
    for name in piece.labels:
        labels[classes[name]] = 1
    return labels


def _listed(
    text: str, places: dict[str, str], classes: dict[str, int], archive: Path
) -> list[Piece]:
    """Return the pieces of a list, sorted: `files` ends in the file's name, `ext` is the clip."""
    pieces = []
    for row in csv.DictReader(io.StringIO(text)):
        try:
            file = PurePosixPath(row["files"]).name
            labels = tuple(name for name in row["labels"].split(",") if classes[name] >= 0)
            pieces.append(Piece(places[file], int(row["ext"]), labels))
        except (KeyError, ValueError, AttributeError) as fault:
            raise DataError(
                where=f"{archive}, the lists in it",
                what=f"{dict(row)} is no piece of a clip that is there: {fault}",
                mend="fetch the archive again",
            ) from fault
    return sorted(pieces, key=lambda piece: (piece.clip, piece.member))


def _places(file: zipfile.ZipFile) -> dict[str, str]:
    """Return each member's full name by its file name; the noise clips are not asked for."""
    names = (n for n in file.namelist() if not n.endswith("/") and NOISE not in n)
    return {PurePosixPath(name).name: name for name in names}


def _text(file: zipfile.ZipFile, places: dict[str, str], name: str, archive: Path) -> str:
    if name not in places:
        raise DataError(where=str(archive), what=f"it has no '{name}'", mend="fetch it again")
    return _content(file, places[name], archive).decode()


def _content(file: zipfile.ZipFile, member: str, archive: Path) -> bytes:
    try:
        return file.read(member)
    except (zipfile.BadZipFile, EOFError) as fault:
        raise DataError(
            where=f"{archive}, {member}", what=f"it is damaged: {fault}", mend="fetch it again"
        ) from fault


def _open(archive: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(archive)
    except (OSError, zipfile.BadZipFile) as fault:
        raise DataError(
            where=str(archive), what=f"it is missing or no zip file: {fault}", mend="fetch it again"
        ) from fault
