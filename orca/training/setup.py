"""What the runs of a task and a body share: their declarations, their files, the device."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from orca.data.schema import SCHEMA, Schema
from orca.data.store import Prepared
from orca.data.target import Classes, Field, MultiLabel, Scalar, Target
from orca.data.task import Task
from orca.methods.method import METHODS
from orca.models.assemble import Model, assemble
from orca.models.predictor import Dense, Output, Pooled, Single
from orca.models.settings import BodyStart, EmbedderStart, ModelSettings
from orca.provenance import HISTORY, RECORD
from orca.settings import Groups, Settings
from orca.training.batches import seeded
from orca.training.progress import History
from orca.training.record import digests, write_history, write_run


@dataclass(frozen=True, kw_only=True)
class Setup:
    """A task and a body on a device.

    Args:
        model: the model's shape.
        prepared: the task's `fit.h5`.
        weights: folder of the body's weights.
        device: that the runs use.
        task_entry: a user's own task as the configuration describes it; None for a declared one.
        input_shape: of a sample, where the prepared data need not be there; None to ask them.
    """

    task_name: str
    task: Task
    body: str
    model: ModelSettings
    prepared: Path
    weights: Path
    device: torch.device
    task_entry: Mapping[str, Any] | None = None
    input_shape: tuple[int, ...] | None = None

    def build(self, *, start: BodyStart, embedder: EmbedderStart, seed: int) -> Model:
        """Return a model on the CPU, all weights trainable; the seed is of all random ones."""
        return assemble(
            self.body,
            input_shape=self.input_shape or self._prepared_shape(),
            output=output_of(self.task.target),
            settings=self.model,
            start=start,
            embedder=embedder,
            folder=self.weights,
            generator=seeded(seed, 0),
        )

    def _prepared_shape(self) -> tuple[int, ...]:
        with Prepared(self.prepared, self.task) as prepared:
            return prepared.input_shape

    @property
    def schema(self) -> Schema:
        """What the prepared data's fit file taught.

        Raises:
            ResultsError: if its record is missing.
        """
        return Schema.read(self.prepared.with_name(SCHEMA))

    def build_for(self, method: str, own: Settings | None, *, seed: int) -> Model:
        """Return the model that a method with its own settings starts from, on the device."""
        declared = METHODS[method]
        model = self.build(start=declared.start, embedder=declared.embedder, seed=seed)
        model.requires_grad_(requires_grad=True)
        if declared.trains:
            declared.trains(model, own, seeded(seed, 11))
        return model.to(self.device)

    @cached_property
    def input_digests(self) -> dict[str, str]:
        """Digests of the prepared data and of the body's weights."""
        return digests([self.prepared, *sorted(self.weights.glob("*.safetensors"))])

    def write_record(
        self,
        out: Path,
        history: History,
        *,
        inputs: Mapping[str, str],
        settings: Groups,
        **facts: Any,
    ) -> None:
        """Write history and record of a run of this task and body, beside its other files.

        Args:
            out: folder of the run.
            history: with the seconds of the run's parts.
            inputs: digests of the files that it read beside the setup's, by path.
            settings: the groups that it read, by name.
            facts: step, key, seed, status, counts, and what else is worth knowing.
        """
        write_history(out / HISTORY, history.rows)
        write_run(
            out / RECORD,
            device=self.device,
            clock=history.clock,
            inputs={**self.input_digests, **inputs},
            settings={name: g.model_dump(mode="json") for name, g in settings.items() if g},
            task=self.task_name,
            task_entry=self.task_entry,
            task_digest=self.task.digest,
            body=self.body,
            prepared=str(self.prepared),
            weights=str(self.weights),
            **facts,
        )


def output_of(target: int | Target) -> Output:
    """Return the output that this kind of target needs; an integer means that many classes."""
    match target:
        case int():
            return Pooled(target)
        case Classes() | MultiLabel():
            return Pooled(target.count)
        case Scalar():
            return Single()
        case Field():
            return Dense(target.channels, target.grid)
