"""A finished run, read back from its record: its model, and what it was made with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from orca.data.schema import SCHEMA, Schema
from orca.data.store import Prepared, prepared_for
from orca.data.task import TASKS, Task
from orca.errors import DataError
from orca.methods.method import METHODS
from orca.models.assemble import Model
from orca.models.settings import ModelSettings
from orca.training.record import read_run
from orca.training.settings import Precision
from orca.training.setup import Setup
from orca.training.tensors import take_weights


@dataclass(frozen=True)
class FinishedRun:
    """A run of stage three.

    Args:
        folder: of the run.
        device: that its model is wanted on.
        weights: folder of the body's weights; None for the one that the run was made with.
    """

    folder: Path
    device: torch.device
    weights: Path | None = field(default=None, kw_only=True)

    @cached_property
    def record(self) -> Mapping[str, Any]:
        """What the run wrote of itself.

        Raises:
            StateError: if the record is missing or damaged.
        """
        return read_run(self.folder / "run.json")

    @cached_property
    def task(self) -> Task:
        """The declaration of the run's task, or the user's own as it was described then."""
        entry = self.record["task_entry"]
        if entry is None:
            return TASKS.look_up(self.record["task"], where=f"{self.folder}/run.json, task")
        from orca.data.user_task import task_of

        where = f"{self.folder}/run.json, task_entry"
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
            model=ModelSettings.model_validate(record["settings"]["model"]),
            prepared=Path(record["prepared"]),
            weights=self.weights or Path(record["weights"]),
            device=self.device,
            input_shape=self.schema.input_shape,
        )

    @property
    def batch_size(self) -> int:
        """Samples in a batch."""
        return int(self.record["settings"]["finetune"]["batch_size"])

    @property
    def precision(self) -> Precision:
        """Precision of the model's products."""
        precision: Precision = self.record["settings"]["finetune"]["precision"]
        return precision

    def model(self) -> Model:
        """Return the model that the run ended with.

        Raises:
            StateError: if its weights are missing or of another model.
        """
        method = self.record["method"]
        own = METHODS[method].own_settings(self.record["settings"].get("method", {}))
        model = self.setup.build_for(method, own, seed=self.record["seed"])
        take_weights(model, self.folder / "weights.safetensors")
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
