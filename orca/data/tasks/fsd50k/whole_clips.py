"""Seconds of FSD50K's clips as its authors publish them: whole, at 44,100 Hz, in split zip files."""

import csv
import io
import wave
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from orca.data.download import Download
from orca.data.raw_file import damaged, member_of, open_split_zip, open_zip, reading
from orca.data.task import Block, Part, Splits
from orca.data.tasks.fsd50k.clips import DRAW_SEED, FRAMES
from orca.data.tasks.fsd50k.mel import RATE, log_mel
from orca.errors import READER_FAULTS

PUBLISHED_RATE = 2 * RATE
STEP = RATE // 2
"""Seconds overlap by half."""

ZENODO = "https://zenodo.org/record/4060432/files"
DIGESTS = {
    "FSD50K.dev_audio.z01": "faa7cf4cc076fc34a44a479a5ed862a3",
    "FSD50K.dev_audio.z02": "8f9b66153e68571164fb1315d00bc7bc",
    "FSD50K.dev_audio.z03": "1196ef47d267a993d30fa98af54b7159",
    "FSD50K.dev_audio.z04": "d088ac4e11ba53daf9f7574c11cccac9",
    "FSD50K.dev_audio.z05": "81356521aa159accd3c35de22da28c7f",
    "FSD50K.dev_audio.zip": "c480d119b8f7a7e32fdb58f3ea4d6c5a",
    "FSD50K.eval_audio.z01": "3090670eaeecc013ca1ff84fe4442aeb",
    "FSD50K.eval_audio.zip": "6fa47636c3a3ad5c7dfeba99f2637982",
    "FSD50K.ground_truth.zip": "ca27382c195e37d2269c4c866dd73485",
}
FILES = tuple(
    Download(name=name, urls=(f"{ZENODO}/{name}?download=1",), digest=f"md5:{md5}")
    for name, md5 in DIGESTS.items()
)


@dataclass(frozen=True)
class Clip:
    """A clip and the seconds of it that are kept; all by their numbers, at FSD50K and in the clip."""

    member: str
    number: int
    labels: tuple[int, ...]
    kept: tuple[int, ...]


def splits_of_whole_clips(raw: Path, *, classes: int, most: int) -> Splits:
    """Return the seconds of the clips of FSD50K's lists.

    Args:
        raw: the folder of `FILES`.
        classes: how many labels there are.
        most: seconds kept of each clip for training and validation, drawn with a fixed seed.

    Raises:
        DataError: if a file is damaged or misses something.
    """
    train, validation = (_clips(raw, "dev", split=split, most=most) for split in ("train", "val"))
    fit = _part(raw, "dev", train + validation, classes)
    held_out = sum(len(clip.kept) for clip in validation)
    return Splits(
        fit=fit,
        test=_part(raw, "eval", _clips(raw, "eval"), classes),
        validation=range(fit.count - held_out, fit.count),
    )


def seconds_of(samples: int) -> int:
    """Return how many seconds a clip of this many samples at 22,050 Hz has; a short one has one."""
    return max(1, (samples - RATE) // STEP + 1)


def _sounds(raw: Path, part: str) -> zipfile.ZipFile:
    names = (name for name in DIGESTS if name.startswith(f"FSD50K.{part}_audio"))
    return open_split_zip(tuple(raw / name for name in names))


def _text(truth: Path, name: str) -> io.StringIO:
    with open_zip(truth) as archive:
        return io.StringIO(member_of(archive, f"FSD50K.ground_truth/{name}.csv").decode())


def _clips(raw: Path, part: str, *, split: str = "", most: int | None = None) -> list[Clip]:
    """Return the clips of a part's list, or of those the ones of a split."""
    truth = raw / "FSD50K.ground_truth.zip"
    numbers = {label: int(n) for n, label, _ in csv.reader(_text(truth, "vocabulary"))}
    rows = [row for row in csv.DictReader(_text(truth, part)) if row.get("split", "") == split]
    generator = np.random.default_rng(DRAW_SEED)
    clips = []
    with _sounds(raw, part) as archive:
        for row in sorted(rows, key=lambda row: int(row["fname"])):
            member = f"FSD50K.{part}_audio/{row['fname']}.wav"
            with reading(truth, f"{row} is no clip that is there", KeyError):
                labels = tuple(numbers[label] for label in row["labels"].split(","))
                archive.getinfo(member)
            count = seconds_of(-(-_samples(archive, member) // 2))
            kept = (
                range(count)
                if most is None or count <= most
                else sorted(generator.choice(count, most, replace=False).tolist())
            )
            clips.append(Clip(member, int(row["fname"]), labels, tuple(kept)))
    return clips


def _samples(archive: zipfile.ZipFile, name: str) -> int:
    """Return the samples of a clip, of which its head is read alone."""
    where = f"{archive.filename}, {name}"
    with (
        reading(where, "it is no sound", wave.Error, *READER_FAULTS),
        archive.open(name) as stream,
        wave.open(stream) as sound,
    ):
        return sound.getnframes()


def _part(raw: Path, part: str, clips: list[Clip], classes: int) -> Part:
    def blocks() -> Iterator[Block]:
        with _sounds(raw, part) as archive:
            for clip in clips:
                spectra = np.zeros((len(clip.kept), 1, 96, FRAMES), np.float16)
                labels = np.zeros((len(clip.kept), classes), np.uint8)
                labels[:, list(clip.labels)] = 1
                sound = _sound(archive, clip.member)
                for row, second in enumerate(clip.kept):
                    piece = np.resize(sound[second * STEP :][:RATE], RATE)
                    spectra[row, 0, :, :-1] = log_mel(piece)[:, : FRAMES - 1]
                yield spectra, labels

    groups = np.repeat([clip.number for clip in clips], [len(clip.kept) for clip in clips])
    return Part(len(groups), blocks, groups=groups.astype(np.int64))


def _sound(archive: zipfile.ZipFile, name: str) -> Float[np.ndarray, " samples"]:
    """Return a clip at half its sampling rate."""
    import soundfile
    from scipy.signal import resample_poly

    content, where = member_of(archive, name), f"{archive.filename}, {name}"
    with reading(where, "it cannot be decoded", soundfile.LibsndfileError):
        samples, rate = soundfile.read(io.BytesIO(content), dtype="float32")
    if rate != PUBLISHED_RATE or samples.ndim != 1:
        raise damaged(where, f"it has the shape {samples.shape} at {rate} Hz; 44100 Hz are wanted")
    return np.asarray(resample_poly(samples, 1, 2), np.float32)
