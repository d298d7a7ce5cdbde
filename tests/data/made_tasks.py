"""Small tasks and their prepared files, for tests of what comes after preparing."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from orca.data import prepare as preparing
from orca.data.target import Classes, Field
from orca.data.task import Part, Samples, Splits, Task

CLASSES = Task(
    title="made",
    suite="tests",
    origin="made",
    input_shape=(3, 8),
    target=Classes(4),
    samples=Samples(train=60, validation=20, test=24),
    loss="cross_entropy",
    metric="zero_one_error_pct",
    files=(),
    source="made",
)
FIELDS = replace(CLASSES, target=Field(grid=(8,)), loss="nrmse", metric="nrmse")


def arrays(task: Task, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs with channels in very different units, and targets."""
    generator = np.random.default_rng(seed)
    count = task.samples.fit + task.samples.test
    units = np.array([1e-3, 1.0, 1e3]).reshape(3, 1)
    inputs = (generator.normal(2.0, 3.0, (count, *task.input_shape)) * units).astype(np.float32)
    if isinstance(task.target, Classes):
        return inputs, np.arange(count) % task.target.count
    return inputs, generator.normal(5.0, 2.0, (count, *task.target.shape)).astype(np.float32)


def cut(
    inputs: np.ndarray, targets: np.ndarray, fit: int = CLASSES.samples.fit, **more: object
) -> Splits:
    """Return the first samples for training, the others for testing."""
    return Splits(
        fit=Part.of(inputs[:fit], targets[:fit]), test=Part.of(inputs[fit:], targets[fit:]), **more
    )


def prepare(task: Task, out: Path, monkeypatch, *, splits: Splits | None = None) -> None:  # noqa: ANN001
    """Prepare a task from arrays instead of raw files."""
    if splits is None:
        splits = cut(*arrays(task), task.samples.fit)
    monkeypatch.setattr(preparing, "reader_of", lambda *_: lambda *_: splits)
    preparing.prepare(task, "made", out / "raw", out)


def samples_of(prepared, part):
    """Inputs and targets of a whole part, as a model sees them."""
    return prepared.read(prepared.rows(part))
