"""Prepared files of random samples, of any shape and size, laid out as `orca.data.prepare` does."""

from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from orca.data.prepared_file import FORMAT, seal
from orca.data.target import Classes
from orca.data.task import Task

BLOCK_BYTES = 2**26


@dataclass(frozen=True)
class Stored:
    """Arrays of a few random samples, as they are stored, which a file repeats."""

    inputs: np.ndarray
    targets: np.ndarray

    @classmethod
    def of(cls, task: Task, kind: str) -> "Stored":
        """Return samples of a task whose inputs are stored as `kind`."""
        generator = np.random.default_rng(0)
        one = np.dtype(kind).itemsize * int(np.prod(task.input_shape))
        count = max(1, BLOCK_BYTES // one)
        inputs = generator.integers(0, 250, (count, *task.input_shape)).astype(kind)
        if isinstance(task.target, Classes):
            return cls(inputs, generator.integers(0, task.target.count, count).astype(np.int32))
        targets = generator.integers(0, 2, (count, *task.target.shape)).astype(np.float32)
        return cls(inputs, targets)

    @property
    def bytes_per_sample(self) -> int:
        """What a sample takes in a file."""
        return self.inputs[0].nbytes + self.targets[0].nbytes


def write_prepared(path: Path, task: Task, samples: Stored, count: int) -> None:
    """Write a prepared file of `count` training samples."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        file.attrs.update({"task": "made_up", "task_digest": task.digest, "format": FORMAT})
        for name, block in (("inputs", samples.inputs), ("targets", samples.targets)):
            whole = file.create_dataset(name, (count, *block.shape[1:]), block.dtype)
            for start in range(0, count, len(block)):
                whole[start : start + len(block)] = block[: count - start]
        file["train"], file["validation"] = np.arange(count), np.arange(0)
        per_channel = (task.input_shape[0], *(1 for _ in task.input_shape[1:]))
        file["normalisation/inputs/mean"] = np.full(per_channel, 125, np.float32)
        file["normalisation/inputs/std"] = np.full(per_channel, 70, np.float32)
        one = (1,) * len(task.target.shape)
        file["normalisation/targets/mean"] = np.zeros(one, np.float32)
        file["normalisation/targets/std"] = np.ones(one, np.float32)
        if task.redraw:
            file["groups"] = np.arange(count) // 2
    seal(path.parent, {})
