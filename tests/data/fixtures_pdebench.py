"""Small files in the true formats of PDEBench: keys, axes, attributes, one time too many."""

from pathlib import Path

import h5py
import numpy as np

GENERATOR = np.random.default_rng(2986)


def arrays(path: Path, keys: tuple[str, ...], shape: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Write a file of large arrays [samples, frames, *grid], and its coordinates."""
    made = {key: GENERATOR.normal(1.0, 1.0, shape).astype(np.float32) for key in keys}
    with h5py.File(path, "w") as file:
        for key, values in made.items():
            file[key] = values
        for axis, length in zip("xy", shape[2:], strict=False):
            file[f"{axis}-coordinate"] = np.linspace(0, 1, length, dtype=np.float32)
        file["t-coordinate"] = np.arange(shape[1] + 1, dtype=np.float32)
        file.attrs["beta"] = 0.4
    return made


def darcy(path: Path, samples: int, cells: int) -> dict[str, np.ndarray]:
    """Write the file of Darcy flow, whose solution has an axis of length 1 for time."""
    made = {
        "nu": GENERATOR.choice([0.1, 1.0], (samples, cells, cells)).astype(np.float32),
        "tensor": GENERATOR.uniform(0, 0.04, (samples, 1, cells, cells)).astype(np.float32),
    }
    with h5py.File(path, "w") as file:
        for key, values in made.items():
            file[key] = values
        for axis in "xy":
            file[f"{axis}-coordinate"] = np.linspace(0, 1, cells, dtype=np.float32)
        file.attrs["beta"] = 0.1
    return made


def groups(path: Path, samples: int, shape: tuple[int, ...]) -> list[np.ndarray]:
    """Write a file with a group per sample, made in another order than their names."""
    made = [GENERATOR.normal(1.0, 1.0, shape).astype(np.float32) for _ in range(samples)]
    with h5py.File(path, "w") as file:
        for number in GENERATOR.permutation(samples):
            group = file.create_group(f"{number:04d}")
            group["data"] = made[number]
            group["grid/t"] = np.arange(shape[0], dtype=np.float32)
            for axis, length in zip("xy", shape[1:-1], strict=False):
                group[f"grid/{axis}"] = np.linspace(0, 1, length, dtype=np.float32)
            group.attrs["config"] = "sim:\n  n: 1\n"
    return made
