"""A finished run, read back from its record: its model, and what it was made with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import torch

from orca.data.prepared_file import prepared_for
from orca.data.schema import SCHEMA, Schema
from orca.data.store import Prepared
from orca.data.task import TASKS, Task
from orca.errors import DataError
from orca.methods.method import METHODS
from orca.models.assemble import Model
from orca.models.settings import ModelSettings
from orca.provenance import RECORD
from orca.settings import Settings, checked
from orca.training.record import FinetuneRecord, read_run
from orca.training.settings import FinetuneSettings
from orca.training.setup import Setup
from orca.training.tensor_file import load_trained, read_tensors

S = TypeVar("S", bound=Settings)
WEIGHTS = "weights.safetensors"


@dataclass(frozen=True)
class FinishedRun:
    """A run of stage three.

    Args:
        folder: of the run.
        device: that its model is wanted on.
        facts: what its record must say: task, body, method, seed.
        weights: folder of the body's weights; None for the one that the run was made with.
    """

    folder: Path
    device: torch.device
    facts: Mapping[str, Any] = field(default_factory=dict, kw_only=True)
    weights: Path | None = field(default=None, kw_only=True)

    @cached_property
    def record(self) -> Mapping[str, Any]:
        """What the run wrote of itself.

        Raises:
            StateError: if the record is missing, damaged or of another run, or the weights are
                not those that it was written for.
        """
        return read_run(FinetuneRecord, self.folder, WEIGHTS, SCHEMA, **self.facts)

    @cached_property
    def task(self) -> Task:
        """The declaration of the run's task, or the user's own as it was described then."""
        entry = self.record["task_entry"]
        if entry is None:
            return TASKS.look_up(self.record["task"], where=f"{self.folder}/{RECORD}, task")
        from orca.data.user_task import task_of

        where = f"{self.folder}/{RECORD}, task_entry"
        axes = len(self.schema.input_shape)
        return task_of(self.record["task"], entry, where=where, axes=axes)

    @cached_property
    def schema(self) -> Schema:
        """What the run's fit file taught.

        Raises:
            ResultsError: if its record is missing or damaged.
        """
        return Schema.read(self.folder / SCHEMA)

    @cached_property
    def setup(self) -> Setup:
        """The run's task and body with the model's shape."""
        record = self.record
        return Setup(
            task_name=record["task"],
            task_entry=record["task_entry"],
            task=self.task,
            body=record["body"],
            model=self._settings(ModelSettings, "model"),
            prepared=Path(record["prepared"]),
            weights=self.weights or Path(record["weights"]),
            device=self.device,
            input_shape=self.schema.input_shape,
        )

    @property
    def settings(self) -> FinetuneSettings:
        """The run's settings of stage three."""
        return self._settings(FinetuneSettings, "finetune")

    def _settings(self, model: type[S], group: str) -> S:
        given = self.record["settings"].get(group, {})
        return checked(model, given, where=f"{self.folder}/{RECORD}, settings.{group}")

    def model(self) -> Model:
        """Return the model that the run ended with.

        Raises:
            StateError: if its weights are missing or of another model.
        """
        method = self.record["method"]
        declared = METHODS.look_up(method, where=f"{self.folder}/{RECORD}, method")
        own = declared.own_settings(self.record["settings"].get("method", {}))
        model = self.setup.build_for(method, own, seed=self.record["seed"])
        path = self.folder / WEIGHTS
        load_trained(model, read_tensors(path)[0], where=str(path))
        return model

    def open_test(self, path: Path) -> tuple[Prepared, str]:
        """Return a test split, and what its metrics end in: nothing for the run's own task.

        Raises:
            DataError: if it is of a task that the run is not tested on.
        """
        name, own = prepared_for(path), self.record["task"]
        endings = {task: ending for ending, task in self.task.also_tested_on}
        if name in endings:
            return Prepared(path, TASKS.look_up(name, where=str(path))), f"_{endings[name]}"
        if name == own:
            return Prepared(path, self.task), ""
        raise DataError(
            where=str(path),
            what=f"it is of the task '{name}', which runs on '{own}' are not tested on",
            mend="give the test.h5 of " + " or ".join([own, *endings]),
        )
