"""Peak memory and time of preparing tasks from files of the true size, or of a stated share of it.

Run from the repository's root, for all tasks or some:
python -m benchmarks.prepare_memory <folder with 40 GB> [task ...]
"""

import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from orca.data.task import TASKS, Samples
from tests.data import fixtures_nas_bench_360 as fixtures

GENERATOR = np.random.default_rng(0)


@dataclass(frozen=True)
class Case:
    """How a task's raw files are made, and what share of the true ones they are.

    Args:
        write: writes them to a folder.
        share: of the true number of samples.
        samples: in them, where that is not the declared number.
    """

    write: Callable[[Path], object]
    share: float = 1.0
    samples: Samples | None = None


def arrays(name: str, keys: tuple[str, ...], shape: tuple[int, ...]) -> Callable[[Path], object]:
    """Return what writes PDEBench's arrays; frames that no task reads stay holes in the file."""

    def write(folder: Path) -> None:
        import h5py

        with h5py.File(folder / name, "w") as file:
            for key in keys:
                array = file.create_dataset(key, shape, np.float32)
                for start in range(0, shape[0], 500):
                    for frame in (0, shape[1] - 1):
                        values = GENERATOR.normal(1, 1, (500, *shape[2:])).astype(np.float32)
                        array[start : start + 500, frame] = values

    return write


def groups(name: str, samples: int, shape: tuple[int, ...]) -> Callable[[Path], object]:
    """Return what writes PDEBench's groups, likewise."""

    def write(folder: Path) -> None:
        import h5py

        with h5py.File(folder / name, "w") as file:
            for number in range(samples):
                data = file.create_dataset(f"{number:04d}/data", shape, np.float32)
                for frame in (0, shape[0] - 1):
                    data[frame] = GENERATOR.normal(1, 1, shape[1:])

    return write


def spherical(folder: Path) -> None:
    """Write 60,000 images that gzip makes small at once."""
    import gzip

    content = {
        part: {
            "images": np.broadcast_to(np.arange(60, dtype=np.uint8), (n, 3, 60, 60)).copy(),
            "labels": np.arange(n) % 100,
        }
        for part, n in (("train", 50_000), ("test", 10_000))
    }
    with gzip.open(folder / "s2_cifar100.gz", "wb", compresslevel=1) as file:
        pickle.dump(content, file, protocol=2)


def darcy(folder: Path) -> None:
    """Write both MATLAB files: 1024 fields of 421 x 421 doubles, twice in each."""
    from orca.data.simulate.layout import Header, MatFile

    header = Header(samples=1024, axes={}, attributes={}, frames=None, origin={})
    for name in ("smooth1", "smooth2"):
        blocks = (
            (range(start, start + 64), {"coeff": values, "sol": values * 1e-3})
            for start in range(0, 1024, 64)
            for values in [GENERATOR.uniform(3, 12, (64, 421, 421))]
        )
        MatFile().write(folder / f"piececonst_r421_N1024_{name}.mat", header, blocks)


def cosmic(folder: Path) -> None:
    """Write a tenth of the stamps."""
    for part, exposures in (("train", 483), ("test", 42)):
        fixtures.stamps(
            folder / f"deepCR.ACS-WFC.{part}.tar", f"npy_{part}", {"f435w/10760/2": exposures}
        )


def sounds(folder: Path) -> None:
    """Write 400 training, 50 validation and 150 test seconds."""
    clips = {
        "tr": {n: (8, f"Sound_{n % 200}") for n in range(50)},
        "val": {1000 + n: (5, "Sound_1") for n in range(10)},
        "eval": {2000 + n: (15, "Sound_2") for n in range(10)},
    }
    fixtures.sounds(folder / "audio.zip", clips)


def noisy_sounds(folder: Path) -> None:
    """Write the same, and all 930 noise clips: six hours, of which the longest lasts ten minutes."""
    import zipfile

    sounds(folder)
    with zipfile.ZipFile(folder / "audio.zip", "a") as archive:
        for number in range(927):
            seconds = 600 if number == 0 else 23
            clip = fixtures.wav(22_050 * seconds)
            archive.writestr(f"noise_22050/noise-sound-bible-{number:04d}.wav", clip)


def proteins(folder: Path) -> None:
    """Write 20 training and 4 test proteins of 250 residues."""
    fixtures.proteins(folder / "protein.zip", {"deepcov": [250] * 20, "psicov": [250] * 4})


def recordings(folder: Path) -> None:
    """Write 8,528 recordings of 9,000 samples, in the published numbers of classes."""
    letters = ["N"] * 5076 + ["A"] * 758 + ["O"] * 2415 + ["~"] * 279
    fixtures.recordings(folder / "challenge2017.pkl", [9000] * 8528, letters)


CASES = {
    "pde_advection": Case(
        arrays("1D_Advection_Sols_beta0.4.hdf5", ("tensor",), (10_000, 201, 1024))
    ),
    "pde_navier_stokes_1d": Case(
        arrays(
            "1D_CFD_Rand_Eta0.1_Zeta0.1_periodic_Train.hdf5", ("density", "pressure", "Vx"),
            (10_000, 101, 1024),
        )
    ),
    "pde_diffusion_reaction_2d": Case(
        groups("2D_diff-react_NA_NA.h5", 1000, (101, 128, 128, 2))
    ),
    "spherical": Case(spherical),
    "darcy_flow": Case(darcy),
    "satellite": Case(lambda folder: fixtures.satellite(folder, 900_000, 100_000)),
    "ecg": Case(recordings),
    "deepsea": Case(
        lambda folder: fixtures.deepsea(
            folder / "deepsea_filtered.npz", {"train": 7175, "val": 249, "test": 14_940}
        ),
        0.1, Samples(train=7175, validation=249, test=14_940),
    ),
    "cosmic": Case(cosmic, 0.1, Samples(train=435, validation=48, test=42)),
    "psicov": Case(proteins, 24 / 3606, Samples(train=18, validation=2, test=4)),
    "fsd50k": Case(sounds, 600 / 500_000),
    "fsd50k_official": Case(noisy_sounds, 600 / 500_000),
}  # fmt: skip


def prepare_and_tell(name: str, folder: Path) -> None:
    """Prepare a task in this process; print peak memory in MB and seconds."""
    from orca.data.prepare import prepare

    case = CASES[name]
    task = replace(TASKS[name], samples=case.samples or TASKS[name].samples)
    start = time.monotonic()
    prepare(task, name, folder, folder / "out")
    seconds = time.monotonic() - start
    status = Path("/proc/self/status").read_text()
    peak_kb = int(status.split("VmHWM:")[1].split()[0])
    size = sum(file.stat().st_size for file in (folder / "out").iterdir())
    print(f"{peak_kb / 1024:.0f} {seconds:.1f} {size / 2**20:.0f}")


def measure(name: str, root: Path) -> None:
    """Make a task's files, prepare them in a process of its own, and print one line."""
    import shutil

    folder = root / name
    folder.mkdir(parents=True)
    subprocess.run([sys.executable, "-m", __spec__.name, "write", str(folder), name], check=True)
    raw = sum(file.stat().st_size for file in folder.iterdir())
    told = subprocess.run(
        [sys.executable, "-m", __spec__.name, "prepare", str(folder), name],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    peak, seconds, size = told.stdout.split()[-3:]
    print(
        f"| {name} | {CASES[name].share:.2%} | {raw / 2**20:.0f} | {peak} | {seconds} | {size} |",
        flush=True,
    )
    shutil.rmtree(folder)


def main(arguments: list[str]) -> None:
    """Measure the tasks asked for, or do one half of it in a process of its own."""
    if arguments[0] == "write":
        CASES[arguments[2]].write(Path(arguments[1]))
    elif arguments[0] == "prepare":
        prepare_and_tell(arguments[2], Path(arguments[1]))
    else:
        print("| task | share | raw MB | peak MB | seconds | prepared MB |")
        print("|---|---|---|---|---|---|")
        for name in arguments[1:] or CASES:
            measure(name, Path(arguments[0]))


if __name__ == "__main__":
    main(sys.argv[1:])
