"""A cell whose body is a toy and whose task is made up: a run takes about a second."""

from dataclasses import dataclass, replace
from pathlib import Path

import h5py
import numpy as np
import torch

from orca.data.task import Classes, Field, Samples, Task
from orca.methods.method import Method
from orca.models.assemble import Model, put_together
from orca.models.body import BODIES
from orca.models.trainable import choose_trainable
from orca.settings import AlignSettings, FinetuneSettings
from orca.training.batches import seeded
from orca.training.build import output_of
from orca.training.cell import Cell
from orca.training.checkpoint import write_tensors
from orca.training.embed_source import source_terms
from orca.training.run_align import SourceFiles

CLASSES = Task(
    title="made up",
    suite="tests",
    origin="made up",
    input_shape=(2, 12),
    target=Classes(3),
    samples=Samples(train=48, validation=12, test=24),
    loss="cross_entropy",
    metric="zero_one_error_pct",
    files=(),
    source="made_up",
)
FIELDS = replace(CLASSES, target=Field(grid=(12,)), loss="nrmse", metric="nrmse")
SETTINGS = FinetuneSettings(
    learning_rate=1e-3,
    batch_size=8,
    epochs=3,
    warmup_epochs=1,
    sequence_length=4,
    dropout=0.1,
    align=AlignSettings(epochs=4, samples_per_class=16),
)


@dataclass(frozen=True, kw_only=True)
class ToyCell(Cell):
    """A cell whose body has a few thousand random weights."""

    def model(self, method: Method, seed: int) -> Model:
        """Return the toy model."""
        loaded = BODIES.modules["minilm"].load(
            None, settings=self.settings, generator=seeded(99), toy=True
        )
        model = put_together(
            loaded,
            input_shape=self.task.input_shape,
            output=output_of(self.task.target),
            settings=self.settings,
            embedder=method.embedder,
            generator=seeded(seed, 0),
        )
        choose_trainable(model, method.trains, generator=seeded(seed, 11))
        return model


def write_prepared(
    path: Path, task: Task, *, part: str, seed: int = 0, name: str = "made_up"
) -> Path:
    """Write samples whose target can be learnt from their input."""
    generator = np.random.default_rng([seed, len(part)])
    count = task.samples.test if part == "test" else task.samples.fit
    inputs = generator.normal(size=(count, *task.input_shape)).astype(np.float32)
    if isinstance(task.target, Classes):
        targets = np.arange(count, dtype=np.int32) % task.target.count
        inputs += targets.reshape(-1, *[1] * len(task.input_shape))
    else:
        targets = inputs[:, :1] ** 2 + 1
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        file.attrs.update({"task": name, "task_digest": task.digest, "format": 1})
        file["inputs"], file["targets"] = inputs, targets
        for what, shape in (("inputs", task.input_shape), ("targets", task.target.shape)):
            file[f"normalisation/{what}/mean"] = np.zeros(shape, np.float32)
            file[f"normalisation/{what}/std"] = np.ones(shape, np.float32)
        if part == "fit":
            file["train"] = np.arange(task.samples.train)
            file["validation"] = np.arange(task.samples.train, count)
    return path


def make_cell(folder: Path, task: Task = CLASSES, **changes: object) -> ToyCell:
    """Return a cell over made-up data under `folder`."""
    (folder / "weights").mkdir(parents=True, exist_ok=True)
    prepared = folder / "fit.h5"
    if not prepared.exists():
        write_prepared(prepared, task, part="fit")
    return ToyCell(
        task_name="made_up",
        task=task,
        body="minilm",
        settings=SETTINGS.model_copy(update=changes),
        prepared=prepared,
        weights=folder / "weights",
        device=torch.device("cpu"),
    )


def make_source(folder: Path, cell: ToyCell) -> SourceFiles:
    """Return made-up source features of five classes, and the terms of otdd."""
    files = SourceFiles(
        features=folder / "source.safetensors", terms=folder / "source.otdd.safetensors"
    )
    if not files.terms.exists():
        generator = seeded(1)
        labels = torch.arange(60) % 5
        features = torch.randn(60, 16, generator=generator) + labels[:, None]
        write_tensors(files.features, {"features": features, "labels": labels})
        source_terms(
            "otdd", source=files.features, settings={}, out=files.terms, device=cell.device
        )
    return files
