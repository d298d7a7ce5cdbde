"""Steps whose body is a toy and whose task is made up: a run takes about a second."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import torch

from orca import logs
from orca.alignment.distance import DISTANCES
from orca.data.prepared_file import FORMAT, seal
from orca.data.schema import Schema
from orca.data.target import Classes, Field
from orca.data.task import Samples, Task
from orca.methods.method import METHODS
from orca.models.assemble import Model, put_together
from orca.models.body import BODIES
from orca.models.settings import ModelSettings
from orca.provenance import RECORD
from orca.settings import Settings
from orca.training.align import Align
from orca.training.batches import seeded
from orca.training.finetune import Finetune
from orca.training.finished_run import FinishedRun
from orca.training.seeds import Step, run_seeds
from orca.training.settings import AlignSettings, FinetuneSettings, OptimizerSettings
from orca.training.setup import Setup, output_of
from orca.training.source_terms import source_terms
from orca.training.tensor_file import read_tensors, write_tensors
from tests.data import made_tasks

CPU = torch.device("cpu")
CLASSES = replace(
    made_tasks.CLASSES,
    title="made up",
    origin="made up",
    input_shape=(2, 12),
    target=Classes(3),
    samples=Samples(train=48, validation=12, test=24),
    source="made_up",
)
FIELDS = replace(CLASSES, target=Field(grid=(12,)), loss="nrmse", metric="nrmse")
SETTINGS: dict[str, Settings] = {
    "model": ModelSettings(sequence_length=4, dropout=0.1),
    "optimizer": OptimizerSettings(learning_rate=1e-3),
    "align": AlignSettings(epochs=4, samples_per_class=16),
    "finetune": FinetuneSettings(batch_size=8, epochs=3, warmup_epochs=1),
}


@dataclass(frozen=True, kw_only=True)
class ToySetup(Setup):
    """A setup whose body has a few thousand random weights."""

    @classmethod
    def of(cls, body: str, input_shape: tuple[int, ...], **model: object) -> "ToySetup":
        """Return a setup that models can be built for, without any data."""
        return cls(
            task_name="made_up",
            task=replace(CLASSES, input_shape=input_shape),
            body=body,
            model=ModelSettings(**model),
            prepared=Path("nowhere"),
            weights=Path("nowhere"),
            device=CPU,
        )

    def build(self, *, start: str, embedder: str, seed: int) -> Model:
        """Return the toy model."""
        return put_together(
            BODIES[self.body].load(None, settings=self.model, generator=seeded(99), toy=True),
            input_shape=self.input_shape or self.task.input_shape,
            output=output_of(self.task.target),
            settings=self.model,
            embedder=embedder,
            generator=seeded(seed, 0),
        )


@dataclass(frozen=True)
class MadeUpRun(FinishedRun):
    """A finished run of a made-up task, or of the one that its record names."""

    made_up: Task | None = None

    @property
    def task(self) -> Task:
        """The made-up task, or the record's."""
        return self.made_up or super().task


@dataclass(frozen=True)
class ToyRun(MadeUpRun):
    """One with a toy body."""

    @cached_property
    def setup(self) -> ToySetup:
        """As the record tells, with the toy body."""
        told = super().setup
        return ToySetup(**{field.name: getattr(told, field.name) for field in fields(told)})


def toy_settings(changes: Mapping[str, Any], *groups: str) -> dict[str, Any]:
    """Return some groups of settings with changes, each in the one group that has its key."""
    changed = {name: SETTINGS[name] for name in groups}
    for key, value in changes.items():
        (owner,) = (name for name in groups if key in type(SETTINGS[name]).model_fields)
        changed[owner] = changed[owner].model_copy(update={key: value})
    return changed


def make_setup(folder: Path, task: Task, model: ModelSettings) -> ToySetup:
    """Return a setup over made-up data under `folder`."""
    (folder / "weights").mkdir(parents=True, exist_ok=True)
    prepared = folder / "fit.h5"
    if not prepared.exists():
        write_prepared(prepared, task, part="fit")
    return replace(
        ToySetup.of("minilm", task.input_shape),
        task=task,
        model=model,
        prepared=prepared,
        weights=folder / "weights",
    )


def make_finetune(
    folder: Path, task: Task = CLASSES, *, method: str = "finetune", **changes: object
) -> Finetune:
    """Return fine-tuning over made-up data under `folder`, with changed settings."""
    groups = toy_settings(changes, "model", "optimizer", "finetune")
    return Finetune(
        setup=make_setup(folder, task, groups["model"]),
        method=method,
        settings=groups["finetune"],
        optimizer=groups["optimizer"],
        own=METHODS[method].own_settings({}),
    )


def make_align(
    folder: Path, task: Task = CLASSES, *, distance: str = "otdd", **changes: object
) -> Align:
    """Return alignment to a made-up source of five classes, with changed settings."""
    groups = toy_settings(changes, "model", "optimizer", "align")
    source = folder / "source.safetensors"
    setup = make_setup(folder, task, groups["model"])
    if not source.exists():
        labels = torch.arange(60) % 5
        features = torch.randn(60, 16, generator=seeded(1)) + labels[:, None]
        write_tensors(
            source,
            {"features": features, "labels": labels, "numbers": labels.clone()},
            {"body": "minilm"},
        )
    return align_to(source, setup, distance=distance, start="pretrained", groups=groups)


def align_to(
    source: Path, setup: Setup, *, distance: str, start: str, groups: Mapping[str, Any]
) -> Align:
    """Return alignment to a source, whose terms are made if they are not there."""
    terms, settings = source.with_suffix(f".{distance}.safetensors"), DISTANCES[distance].settings()
    if not terms.exists():
        source_terms(distance, source=source, settings=settings, out=terms, device=CPU)
    return Align(
        setup=setup,
        start=start,
        distance=distance,
        distance_settings=settings,
        settings=groups["align"],
        optimizer=groups["optimizer"],
        source=source,
        terms=terms,
    )


def run(step: Step, folder: Path, seeds: Sequence[int] = (0,)) -> list[Path]:
    """Make runs, and return their folders."""
    run_seeds(step, seeds, out=folder / "out", state=folder / "state", checkpoint_seconds=30.0)
    return [folder / "out" / f"seed{seed}" for seed in seeds]


def make_seeds(name: str, folder: Path) -> None:
    """Make two toy runs with a checkpoint at each step, in a process that a test kills."""
    logs.set_up()
    torch.set_num_threads(1)
    data, better = folder / "data", {"selection": "best_on_validation", "learning_rate": 3e-2}
    makers = {
        "finetune": lambda: make_finetune(data, epochs=12),
        "choose": lambda: make_finetune(data, epochs=12, **better),
        "align": lambda: make_align(data, epochs=80),
    }
    places = {"out": folder / "out", "state": folder / "state"}
    run_seeds(makers[name](), [0, 1], **places, checkpoint_seconds=0.0)


def record(folder: Path) -> dict[str, Any]:
    """Return a run's record."""
    return json.loads((folder / RECORD).read_text())


def history(folder: Path, column: str) -> list[float | None]:
    """Return a column of a run's history; None where it has nothing."""
    rows = csv.DictReader((folder / "history.csv").read_text().splitlines())
    return [float(row[column]) if row[column] else None for row in rows]


def weights(folder: Path, name: str = "weights") -> dict[str, torch.Tensor]:
    """Return what a run learnt: its `weights`, or its `embedder`."""
    return read_tensors(folder / f"{name}.safetensors")[0]


def assert_same(one: Mapping[str, torch.Tensor], other: Mapping[str, torch.Tensor]) -> None:
    """Assert that tensors are equal to the bit, by their names."""
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


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
        file.attrs.update({"task": name, "task_digest": task.digest, "format": FORMAT})
        file["inputs"], file["targets"] = inputs, targets
        for what, shape in (("inputs", task.input_shape), ("targets", task.target.shape)):
            file[f"normalisation/{what}/mean"] = np.zeros(shape, np.float32)
            file[f"normalisation/{what}/std"] = np.ones(shape, np.float32)
        if part == "fit":
            _write_schema(path.with_name("schema.json"), file)
            file["train"] = np.arange(task.samples.train)
            file["validation"] = np.arange(task.samples.train, count)
    seal(path.parent, {})
    return path


def _write_schema(path: Path, file: h5py.File) -> None:
    constants = {
        what: {name: file[f"normalisation/{what}/{name}"][()].tolist() for name in ("mean", "std")}
        for what in ("inputs", "targets")
    }
    Schema(input_shape=file["inputs"].shape[1:], constants=constants).write(path)
