"""Small files in the true formats of FSD50K, in NAS-Bench-360 and as its authors publish it."""

import io
import json
import struct
import zipfile
from pathlib import Path

import numpy as np

GENERATOR = np.random.default_rng(200)


def sounds(path: Path, clips: dict[str, dict[int, tuple[int, str]]]) -> dict[str, bytes]:
    """Write `audio.zip`: lists, classes, seconds of 16-bit sound, and noise clips of any length.

    Args:
        path: the archive.
        clips: for each list, by clip: number of pieces and labels.
    """
    written: dict[str, bytes] = {}
    names = [f"Sound_{number}" for number in range(200)]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("chunks/lbl_map.json", json.dumps({n: i for i, n in enumerate(names)}))
        for number, length in enumerate((22050, 9000, 70000)):
            place = f"noise_22050/noise-free-sound-{number:04d}.wav"
            written[place] = wav(length)
            archive.writestr(place, written[place])
        for part, own in clips.items():
            rows = ["files,labels,ext"]
            for clip, (pieces, labels) in own.items():
                for piece in range(pieces):
                    place = f"{'eval' if part == 'eval' else 'dev'}_chunks/{clip}_{piece}.wav"
                    written[place] = wav(22050)
                    archive.writestr(f"chunks/{place}", written[place])
                    rows.append(f'/mnt/data/chunks/{place},"{labels}",{clip}')
            # The published training list is shuffled.
            body = [rows[0], *GENERATOR.permutation(rows[1:])]
            archive.writestr(f"chunks/{part}.csv", "\n".join(body) + "\n")
    return written


def wav(samples: int, rate: int = 22050, channels: int = 1) -> bytes:
    """Return a 16-bit WAV file of noise with a tone in it."""
    import soundfile

    time = np.arange(samples) / rate
    tone = np.sin(2 * np.pi * GENERATOR.uniform(200, 5000) * time)
    noise = GENERATOR.normal(0.0, 0.1, (samples, channels))
    buffer = io.BytesIO()
    soundfile.write(buffer, 0.3 * tone[:, None] + noise, rate, format="WAV", subtype="PCM_16")
    return buffer.getvalue()


def split_zip(path: Path, contents: dict[str, bytes], parts: int) -> None:
    """Write a zip file in parts of like size, `.z01` and so on, the last being `path`."""
    buffer = io.BytesIO()
    buffer.write(b"PK\x07\x08")  # how the first part of several begins
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
        first = archive.start_dir
        offsets = [info.header_offset for info in archive.infolist()]
    whole = bytearray(buffer.getvalue())
    borders = [len(whole) * number // parts for number in range(parts + 1)]

    def place(offset: int) -> tuple[int, int]:
        part = max(n for n in range(parts) if borders[n] <= offset)
        return part, offset - borders[part]

    at = first
    for offset in offsets:
        part, inside = place(offset)
        struct.pack_into("<H", whole, at + 34, part)
        struct.pack_into("<I", whole, at + 42, inside)
        lengths = struct.unpack_from("<HHH", whole, at + 28)
        at += 46 + sum(lengths)
    part, inside = place(first)
    struct.pack_into("<HH", whole, at + 4, parts - 1, part)
    struct.pack_into("<I", whole, at + 16, inside)
    for number in range(parts):
        name = path.name if number == parts - 1 else f"{path.stem}.z{number + 1:02d}"
        (path.parent / name).write_bytes(whole[borders[number] : borders[number + 1]])


def whole_clips(folder: Path, clips: dict[str, dict[int, tuple[int, str]]]) -> dict[int, bytes]:
    """Write FSD50K as its authors publish it.

    Args:
        folder: for the files.
        clips: by list (`train`, `val`, `eval`) and number: samples and labels.
    """
    written: dict[int, bytes] = {}
    rows = {"dev": ["fname,labels,mids,split"], "eval": ["fname,labels,mids"]}
    sounds_of: dict[str, dict[str, bytes]] = {"dev": {}, "eval": {}}
    for split, own in clips.items():
        part = "eval" if split == "eval" else "dev"
        for clip, (samples, labels) in own.items():
            written[clip] = wav(samples, rate=44100)
            sounds_of[part][f"FSD50K.{part}_audio/{clip}.wav"] = written[clip]
            end = "" if part == "eval" else f",{split}"
            rows[part].append(f'{clip},"{labels}","/m/1"{end}')
    for part, parts in (("dev", 6), ("eval", 2)):
        split_zip(folder / f"FSD50K.{part}_audio.zip", sounds_of[part], parts)
    with zipfile.ZipFile(folder / "FSD50K.ground_truth.zip", "w") as archive:
        for part, lines in rows.items():
            archive.writestr(f"FSD50K.ground_truth/{part}.csv", "\n".join(lines) + "\n")
        words = "".join(f"{number},Sound_{number},/m/{number}\n" for number in range(200))
        archive.writestr("FSD50K.ground_truth/vocabulary.csv", words)
    return written
