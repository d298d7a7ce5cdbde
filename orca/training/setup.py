"""What the runs of a task and a body share: their declarations, their files, the device."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from orca.data.schema import SCHEMA, Schema
from orca.data.store import Prepared
from orca.data.task import Task
from orca.logs import Clock
from orca.methods.method import METHODS
from orca.models.assemble import Model, assemble
from orca.models.settings import BodyStart, EmbedderStart, ModelSettings
from orca.settings import Groups, Settings
from orca.training.batches import seeded
from orca.training.build import output_of
from orca.training.record import digests, write_run


@dataclass(frozen=True, kw_only=True)
class Setup:
    """A task and a body on a device.

    Args:
        task_name: of the task.
        task: its declaration.
        body: name of the body.
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
        """Return a model on the CPU, all weights trainable.

        Args:
            start: of the body, `pretrained` or `random`.
            embedder: how the embedder starts; see `orca.models.embedder`.
            seed: of all random weights.
        """
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
        """Return the model that a method starts from, on the device.

        Args:
            method: its name.
            own: the method's own settings.
            seed: of all random weights.
        """
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
        path: Path,
        *,
        clock: Clock,
        inputs: Mapping[str, str],
        settings: Groups,
        **facts: Any,
    ) -> None:
        """Write the record of a run of this task and body.

        Args:
            path: of the record, `run.json`.
            clock: seconds by part.
            inputs: digests of the files that it read beside the setup's, by path.
            settings: the groups that it read, by name.
            facts: what else is worth knowing: step, key, seed, status, counts.
        """
        write_run(
            path,
            device=self.device,
            clock=clock,
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
