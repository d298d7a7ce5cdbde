"""Small files in the true formats of NAS-Bench-360's sources: names, keys, dtypes, nesting."""

import gzip
import io
import pickle
import struct
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np


class _Python2Pickler(pickle._Pickler):
    """Writes bytes as Python 2 wrote its texts and its arrays."""

    dispatch = dict(pickle._Pickler.dispatch)

    def _save_text(self, text: bytes) -> None:
        short = len(text) < 256
        size = struct.pack("<B" if short else "<i", len(text))
        self.write((pickle.SHORT_BINSTRING if short else pickle.BINSTRING) + size + text)
        self.memoize(text)

    dispatch[bytes] = _save_text


def python_2_pickle(content: object) -> bytes:
    """Return what Python 2 with an early numpy would have written."""
    buffer = io.BytesIO()
    _Python2Pickler(buffer, protocol=2).dump(content)
    return buffer.getvalue().replace(b"numpy._core.multiarray", b"numpy.core.multiarray")


GENERATOR = np.random.default_rng(2110)


def cifar(path: Path, batches: dict[str, int], *, label_key: str, classes: int) -> dict[str, Any]:
    """Write CIFAR's archive as Python 2 wrote it: rows of 3072 bytes, keys of bytes."""
    contents = {}
    folder = path.name.removesuffix(".tar.gz")
    with tarfile.open(path, "w:gz") as archive:
        for name, count in batches.items():
            content = {
                b"batch_label": b"some batch",
                label_key.encode(): [number % classes for number in range(count)],
                b"data": GENERATOR.integers(0, 256, (count, 3072)).astype(np.uint8),
                b"filenames": [b"image_%d.png" % number for number in range(count)],
            }
            contents[name] = content
            _add(archive, f"{folder}/{name}", python_2_pickle(content))
        _add(archive, f"{folder}/batches.meta", pickle.dumps({b"label_names": [b"a"]}, protocol=2))
    return contents


def spherical(path: Path, train: int, test: int) -> dict[str, Any]:
    """Write the gzipped pickle of images [n, 3, 60, 60] and labels."""
    content = {
        part: {
            "images": GENERATOR.integers(0, 256, (count, 3, 60, 60)).astype(np.uint8),
            "labels": np.arange(count) % 100,
        }
        for part, count in (("train", train), ("test", test))
    }
    with gzip.open(path, "wb") as file:
        pickle.dump(content, file)
    return content


def ninapro(folder: Path, counts: dict[str, int]) -> dict[str, np.ndarray]:
    """Write the six arrays; signals [n, 52, 16] of doubles."""
    arrays = {}
    for part, count in counts.items():
        arrays[f"ninapro_{part}"] = GENERATOR.normal(2.0, 5.0, (count, 52, 16))
        arrays[f"label_{part}"] = (np.arange(count) % 18).astype(np.float64)
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    return arrays


def darcy(folder: Path, samples: int, points: int) -> list[dict[str, np.ndarray]]:
    """Write the two MATLAB files, with the further fields of the published ones."""
    from scipy.io import savemat

    contents = []
    for name in ("piececonst_r421_N1024_smooth1.mat", "piececonst_r421_N1024_smooth2.mat"):
        shape = (samples, points, points)
        content = {
            "Kcoeff": GENERATOR.normal(size=shape),
            "coeff": GENERATOR.choice([3.0, 12.0], shape),
            "sol": GENERATOR.uniform(0, 1e-2, shape),
        }
        savemat(folder / name, content, do_compression=True)
        contents.append(content)
    return contents


def protein(length: int) -> tuple[dict[str, Any], np.ndarray]:
    """Return a protein's features and a distance file's content."""
    features = {
        "seq": "".join(GENERATOR.choice(list("ACDEFGHIKLMNPQRSTVWY"), length)),
        "ss": GENERATOR.uniform(size=(3, length)).astype(np.float16),
        "pssm": GENERATOR.normal(size=(length, 22)).astype(np.float16),
        "sa": GENERATOR.uniform(size=length).astype(np.float16),
        "entropy": GENERATOR.uniform(size=length).astype(np.float16),
        "ccmpred": GENERATOR.uniform(size=(length, length)).astype(np.float16),
        "freecon": GENERATOR.normal(size=(length, length)).astype(np.float16),
        "potential": GENERATOR.normal(size=(length, length)).astype(np.float16),
    }
    half = GENERATOR.uniform(0.5, 40.0, (length, length))
    distances = np.empty(3, dtype=object)
    distances[:] = [length, features["seq"], (half + half.T) / 2]
    return features, distances


def proteins(path: Path, lengths: dict[str, list[int]]) -> dict[str, Any]:
    """Write `protein.zip` with lists, pickled features and pickled triples in npy files."""
    contents: dict[str, Any] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for folder, own in lengths.items():
            names = [f"{folder[:2]}{number}" for number in range(len(own))]
            archive.writestr(f"{folder}.lst", "\n".join(names) + "\n")
            for name, length in zip(names, own, strict=True):
                features, distances = protein(length)
                archive.writestr(f"{folder}/features/{name}.pkl", pickle.dumps(features))
                archive.writestr(f"{folder}/distance/{name}-cb.npy", _npy(distances))
                contents[name] = (features, distances)
    return contents


def stamps(folder: Path, part: str, visits: dict[str, int], planes: int = 3) -> dict[str, Any]:
    """Write a tar file of stamps [planes, 256, 256], out of order, with `sky.npy` per visit.

    Args:
        folder: for the archive.
        part: `train` or `test`.
        visits: number of exposures by `<filter>/<proposal>/<visit>`.
        planes: 3, or 2 without a mask of ignored pixels.
    """
    contents: dict[str, Any] = {}
    for visit, exposures in visits.items():
        place = f"npy_{part}/{visit}"
        contents[f"{place}/sky.npy"] = GENERATOR.uniform(20, 60, exposures)
        for number in range(1, exposures + 1):
            stamp = np.zeros((planes, 256, 256), np.float32)
            stamp[0] = GENERATOR.normal(100.0, 5.0, (256, 256))
            stamp[1:] = GENERATOR.uniform(size=(planes - 1, 256, 256)) < 0.05
            contents[f"{place}/{number}_0_0.npy"] = stamp
    with tarfile.open(folder / f"deepCR.ACS-WFC.{part}.tar", "w") as archive:
        for name in sorted(contents, key=lambda name: name[::-1]):
            _add(archive, name, _npy(contents[name]))
    return contents


def recordings(folder: Path, lengths: list[int], letters: list[str]) -> list[np.ndarray]:
    """Write PhysioNet's archive of MATLAB files and its list of labels; return the signals."""
    from scipy.io import savemat

    signals = [GENERATOR.integers(-500, 900, n).astype(np.int16) for n in lengths]
    names = [f"A{number:05d}" for number in range(1, len(lengths) + 1)]
    with zipfile.ZipFile(folder / "training2017.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, signal in reversed(list(zip(names, signals, strict=True))):
            buffer = io.BytesIO()
            savemat(buffer, {"val": signal[None]}, format="4")
            archive.writestr(f"training2017/{name}.mat", buffer.getvalue())
            archive.writestr(f"training2017/{name}.hea", f"{name} 1 300 {len(signal)}\n")
        archive.writestr("training2017/REFERENCE.csv", "A00001,O\n")  # labels of version 1
    lines = [f"{name},{letter}\n" for name, letter in zip(names, letters, strict=True)]
    (folder / "REFERENCE-v3.csv").write_text("".join(lines))
    return signals


def satellite(folder: Path, train: int, test: int) -> list[dict[str, np.ndarray]]:
    """Write the two pickled dictionaries in npy files; classes from 1 to 24."""
    contents = []
    for name, count in (("satellite_train.npy", train), ("satellite_test.npy", test)):
        content = {
            "data": GENERATOR.normal(400.0, 100.0, (count, 46)),
            "label": np.arange(count) % 24 + 1,
        }
        np.save(folder / name, np.array(content, dtype=object), allow_pickle=True)
        contents.append(content)
    return contents


def pdnet(path: Path, proteins: Path) -> None:
    """Write PDNET's archive of the content of a `protein.zip`: the same members, in the folder `data`."""
    with zipfile.ZipFile(proteins) as archive, tarfile.open(path, "w:gz") as tar:
        for name in archive.namelist():
            _add(tar, f"data/{name}", archive.read(name))
        _add(tar, "data/cameo-hard.lst", b"one of another set\n")


def db5(path: Path, samples: int) -> dict[str, np.ndarray]:
    """Write a subject's zip file of three exercises; repetitions are rests (0) and gestures by turns."""
    from scipy.io import savemat

    subject = path.stem[1:]
    times = np.arange(samples) // 120
    content = {
        "emg": GENERATOR.integers(-128, 128, (samples, 16)).astype(np.float64),
        "restimulus": np.where(times % 2, times // 2 % 17 + 1, 0).astype(np.int8)[:, None],
        "rerepetition": np.where(times % 2, times // 2 % 6 + 1, 0).astype(np.int8)[:, None],
        "acc": GENERATOR.normal(size=(samples, 3)),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for exercise in (1, 2, 3):
            buffer = io.BytesIO()
            own = {k: v if exercise == 2 else v[:9] for k, v in content.items()}
            savemat(buffer, own, do_compression=True)
            archive.writestr(f"s{subject}/S{subject}_E{exercise}_A1.mat", buffer.getvalue())
    return content


def deepsea_of_the_authors(folder: Path, counts: dict[str, int]) -> dict[str, np.ndarray]:
    """Write `train.mat` of MATLAB 7.3, whose axes h5py sees turned, `valid.mat` and `test.mat`."""
    import h5py
    from scipy.io import savemat

    made = {}
    for part, count in counts.items():
        bases = np.eye(4, dtype=np.uint8)[GENERATOR.integers(0, 4, (count, 1000))]
        labels = (GENERATOR.uniform(size=(count, 919)) < 0.3).astype(np.uint8)
        made |= {f"x_{part}": bases.transpose(0, 2, 1), f"y_{part}": labels}
        if part == "train":
            with h5py.File(folder / "train.mat", "w", userblock_size=512) as file:
                file["trainxdata"] = made["x_train"].transpose(2, 1, 0)
                file["traindata"] = labels.T
        else:
            content = {f"{part}xdata": made[f"x_{part}"], f"{part}data": labels}
            savemat(folder / f"{part}.mat", content, do_compression=True)
    return made


def deepsea(path: Path, counts: dict[str, int], kind: Any = np.float64) -> dict[str, np.ndarray]:
    """Write the npz of one-hot bases [n, 1000, 4] and labels [n, 36]."""
    arrays = {}
    for part, count in counts.items():
        bases = GENERATOR.integers(0, 4, (count, 1000))
        arrays[f"x_{part}"] = np.eye(4, dtype=kind)[bases]
        arrays[f"y_{part}"] = (GENERATOR.uniform(size=(count, 36)) < 0.2).astype(kind)
    np.savez_compressed(path, **arrays)
    return arrays


def bundle(path: Path, files: Path) -> None:
    """Write `nb360.tar` of publishers' files, where ORCA's scripts put and unpack them."""
    places = {
        "s2_cifar100.gz": "spherical",
        "deepsea_filtered.npz": "deepsea",
        "satellite_*.npy": "satellite",
        "piececonst_*.mat": "darcy-flow-5",
        "ninapro_*.npy": "ninapro/ninaPro",
        "label_*.npy": "ninapro/ninaPro",
    }
    unpacked = {"protein.zip": "psicov/protein", "audio.zip": "fsd"}
    with tarfile.open(path, "w") as tar:
        for pattern, folder in places.items():
            for file in sorted(files.glob(pattern)):
                tar.add(file, f"{folder}/{file.name}")
        for name, folder in unpacked.items():
            with zipfile.ZipFile(files / name) as archive:
                for member in archive.namelist():
                    _add(tar, f"{folder}/{member}", archive.read(member))
        for file in sorted(files.glob("deepCR.*.tar")):
            with tarfile.open(file) as archive:
                for entry in archive.getmembers():
                    tar.addfile(_moved(entry, "cosmic"), archive.extractfile(entry))


def _moved(entry: tarfile.TarInfo, folder: str) -> tarfile.TarInfo:
    entry.name = f"{folder}/{entry.name}"
    return entry


def _npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=True)
    return buffer.getvalue()


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))
