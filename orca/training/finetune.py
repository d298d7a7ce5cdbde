"""Stage three as a step: from prepared data and a start to a trained model."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Int

from orca.data.schema import SCHEMA
from orca.data.store import Prepared
from orca.errors import TrainingError
from orca.logs import log
from orca.models.assemble import Model
from orca.settings import Settings
from orca.training.batches import seeded
from orca.training.checkpoint import State
from orca.training.finetune_arrays import finetune
from orca.training.finetune_loop import trained_parameters
from orca.training.key import finetune_key
from orca.training.progress import History
from orca.training.record import AlignmentFacts, AlignRecord, digests, read_run
from orca.training.settings import FinetuneSettings, OptimizerSettings
from orca.training.setup import Setup
from orca.training.task_objective import make_objective
from orca.training.tensor_file import load_trained, read_tensors, trained_tensors, write_tensors
from orca.training.validate import Validation

EMBEDDER = "embedder.safetensors"


@dataclass(frozen=True, kw_only=True)
class Finetune:
    """Fine-tunes a body on a task by a method.

    A run leaves `weights.safetensors`, `schema.json`, `history.csv` and `run.json`.

    Args:
        setup: task, body and model.
        own: the method's own settings.
        aligned: folder of the embedders that stage two made, by seed; None for none.
        source: cached source of the body, for methods that train on it.
        test: the test split, for choosing the epoch by it as the official code does.
        keep_failure: record a run that diverges or runs out of memory as failed, and go on.
    """

    setup: Setup
    method: str
    settings: FinetuneSettings
    optimizer: OptimizerSettings
    own: Settings | None = None
    aligned: Path | None = None
    source: Path | None = None
    test: Path | None = None
    keep_failure: bool = False

    @property
    def _groups(self) -> dict[str, Settings | None]:
        return {
            "model": self.setup.model,
            "optimizer": self.optimizer,
            "finetune": self.settings,
            "method": self.own,
        }

    @property
    def key(self) -> str:
        """Digest of the settings and the code that the step uses."""
        setup = self.setup
        return finetune_key(
            task=setup.task, body=setup.body, method=self.method, settings=self._groups
        )

    def _embedder(self, seed: int) -> Path | None:
        return self.aligned and self.aligned / f"seed{seed}" / EMBEDDER

    def inputs(self, seed: int) -> Mapping[str, str]:
        """Return the digests of the embedder, the source and the test split, where used.

        Raises:
            StateError: if one is missing, or the embedder is not that of the seed's alignment.
        """
        self._alignment(seed)
        files = (self._embedder(seed), self.source, self.test)
        return digests([file for file in files if file is not None])

    def _model(self, seed: int) -> Model:
        model = self.setup.build_for(self.method, self.own, seed=seed)
        path = self._embedder(seed)
        if path is not None:
            load_trained(model.embedder, read_tensors(path)[0], where=str(path))
        return model

    def _alignment(self, seed: int) -> dict[str, Any]:
        """Return what a table needs of the alignment that the run starts from."""
        if self.aligned is None:
            return {}
        record = read_run(
            AlignRecord,
            self.aligned / f"seed{seed}",
            EMBEDDER,
            task=self.setup.task_name,
            body=self.setup.body,
            seed=seed,
        )
        return {name: record[name] for name in AlignmentFacts.model_fields if name in record}

    def run(self, seed: int, state: State, out: Path) -> None:
        """Fine-tune with one seed.

        Raises:
            TrainingError: if the run fails and that is not to be recorded.
        """
        torch.manual_seed(seed)
        setup = self.setup
        by_test = self.settings.selection == "test_as_published"
        held = self.test if by_test and self.test else setup.prepared
        history, model = History(), self._model(seed)
        with Prepared(setup.prepared, setup.task) as prepared, Prepared(held, setup.task) as rest:
            rows = training_rows(self.settings, prepared, seed)
            objective = make_objective(
                self.method,
                setup,
                own=self.own,
                model=model,
                prepared=prepared,
                source=self.source,
                seed=seed,
            )
            reason = self._failure_of(
                lambda: finetune(
                    model,
                    prepared,
                    rows=rows,
                    loss=objective,
                    validation=_validation(setup, self.settings, rest),
                    settings=self.settings,
                    optimizer=self.optimizer,
                    seed=seed,
                    checkpoints=state,
                    history=history,
                )
            )
        write_tensors(out / "weights.safetensors", {} if reason else trained_tensors(model))
        setup.schema.write(out / SCHEMA)
        trained = trained_parameters(model, objective)
        setup.write_record(
            out,
            history,
            inputs=self.inputs(seed),
            settings=self._groups,
            key=state.key,
            step="finetune",
            method=self.method,
            status="failed" if reason else "ok",
            reason=reason,
            seed=seed,
            selection=self.settings.selection,
            best_epoch=history.best_epoch,
            compiled=history.compiled,
            trained_parameters=sum(parameter.numel() for parameter in trained),
            all_parameters=sum(parameter.numel() for parameter in model.parameters()),
            train_samples=len(rows),
            alignment=self._alignment(seed),
        )

    def _failure_of(self, train: Callable[[], object]) -> str:
        """Train; return why it failed, or nothing."""
        try:
            train()
        except (TrainingError, torch.OutOfMemoryError) as fault:
            if not self.keep_failure:
                raise
            log.info("the run failed and is recorded so: %s", fault)
            return str(fault)
        return ""


def training_rows(
    settings: FinetuneSettings, prepared: Prepared, seed: int
) -> Int[np.ndarray, " m"]:
    """Return the samples that are trained on.

    Where the epoch is chosen on validation samples these are left out; else all take part, as
    in the paper.
    """
    chooses = settings.selection == "best_on_validation"
    rows = prepared.rows("train" if chooses else "fit")
    kept = max(1, round(settings.fraction * len(rows)))
    order = torch.randperm(len(rows), generator=seeded(seed, 7)).numpy()
    return np.sort(rows[order[:kept]]) if kept < len(rows) else rows


def _validation(setup: Setup, settings: FinetuneSettings, held_out: Prepared) -> Validation | None:
    chooses = settings.selection != "last_epoch"
    if not chooses and settings.validate_every == 0:
        return None
    rows = held_out.rows("test" if settings.selection == "test_as_published" else "validation")
    return Validation(data=held_out, rows=rows, metric=setup.task.metric, settings=settings)
