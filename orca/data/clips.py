"""Seconds of sound out of NAS-Bench-360's `audio.zip`, as log-mel spectrograms."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from jaxtyping import Float, Float16, UInt8

from orca.data.mel import RATE, log_mel
from orca.data.task import Block, Part, Splits
from orca.errors import DataError

FRAMES = 102
PIECES_AT_ONCE = 64
DRAW_SEED = 0


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


def splits_of(archive: Path, *, most: int) -> Splits:
    """Return the clips of the three lists `tr.csv`, `val.csv` and `eval.csv`.

    Args:
        archive: `audio.zip`.
        most: pieces kept of each clip for training and validation, drawn with a fixed seed; of
            test clips, all are.

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
    generator = np.random.default_rng(DRAW_SEED)
    train, validation = (_thinned(lists[name], most, generator) for name in ("tr", "val"))
    return Splits(
        fit=_part(archive, [*train, *validation], classes),
        test=_part(archive, lists["eval"], classes),
        validation=range(len(train), len(train) + len(validation)),
    )


def spectrogram(sound: bytes, *, where: str) -> Float16[np.ndarray, "96 102"]:
    """Return a second of sound as 96 bands by 102 frames; the first frame is repeated at the end.

    A sound that is shorter is repeated, a longer one cut. 16 bits say it to 0.03 dB.

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
    mono = np.resize(samples.mean(axis=1), RATE)
    return _wrapped(log_mel(mono)).astype(np.float16)


def _wrapped(spectrum: Float[np.ndarray, "bands frames"]) -> Float[np.ndarray, "bands 102"]:
    return np.take(spectrum, np.arange(FRAMES) % spectrum.shape[1], axis=1)


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


def _part(archive: Path, pieces: list[Piece], classes: dict[str, int]) -> Part:
    def blocks() -> Iterator[Block]:
        with _open(archive) as file:
            for start in range(0, len(pieces), PIECES_AT_ONCE):
                some = pieces[start : start + PIECES_AT_ONCE]
                sounds = [
                    spectrogram(
                        _content(file, piece.member, archive), where=f"{archive}, {piece.member}"
                    )
                    for piece in some
                ]
                yield np.stack(sounds)[:, None], np.stack([_labels(p, classes) for p in some])

    return Part(len(pieces), blocks, groups=np.array([p.clip for p in pieces], np.int64))


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
    names = (n for n in file.namelist() if not n.endswith("/") and "noise_22050" not in n)
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
