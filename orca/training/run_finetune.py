"""Stage three as a step: from prepared data and a start to a trained model."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Int

from orca.data.store import Prepared
from orca.errors import TrainingError
from orca.logs import log
from orca.methods.method import METHODS
from orca.models.assemble import Model
from orca.training.batches import Batches, seeded
from orca.training.cell import Cell
from orca.training.checkpoint import State, read_tensors, write_tensors
from orca.training.finetune import Finetuning
from orca.training.objective import make_objective
from orca.training.record import digests, read_run, write_history, write_run
from orca.training.tensors import keep_weights, load_trained
from orca.training.validate import Validation


def training_rows(cell: Cell, prepared: Prepared, seed: int) -> Int[np.ndarray, " m"]:
    """Return the samples that are trained on.

    Where the epoch is chosen on validation samples these are left out; else all take part, as
    in the paper.
    """
    chooses = cell.settings.selection == "best_on_validation"
    rows = prepared.rows("train" if chooses else "fit")
    kept = max(1, round(cell.settings.fraction * len(rows)))
    order = torch.randperm(len(rows), generator=seeded(seed, 7)).numpy()
    return np.sort(rows[order[:kept]]) if kept < len(rows) else rows


@dataclass(frozen=True, kw_only=True)
class Finetune:
    """Fine-tunes a body on a task by a method.

    A run leaves `weights.safetensors`, `history.csv` and `run.json`.

    Args:
        cell: task, body and settings.
        method: its name.
        aligned: folder of the embedders that stage two made, by seed; None for none.
        source: cached source of the body, for methods that train on it.
        test: the test split, for choosing the epoch by it as the official code does.
        keep_failure: record a run that diverges or runs out of memory as failed, and go on.
    """

    cell: Cell
    method: str
    aligned: Path | None = None
    source: Path | None = None
    test: Path | None = None
    keep_failure: bool = False

    def __post_init__(self) -> None:
        declared = METHODS.look_up(self.method, where="--method")
        object.__setattr__(self, "cell", self.cell.fixed_by(declared))

    def _embedder(self, seed: int) -> Path | None:
        return self.aligned and self.aligned / f"seed{seed}" / "embedder.safetensors"

    def inputs(self, seed: int) -> Mapping[str, str]:
        """Return the digests of the embedder, the source and the test split, where used."""
        files = (self._embedder(seed), self.source, self.test)
        return digests([file for file in files if file is not None])

    def facts(self) -> Mapping[str, Any]:
        """Return the method, with its whole declaration."""
        return {"method": self.method, "declaration": repr(METHODS[self.method])}

    def _model(self, seed: int) -> Model:
        model = self.cell.model(METHODS[self.method], seed)
        path = self._embedder(seed)
        if path is not None:
            load_trained(model.embedder, read_tensors(path)[0], where=str(path))
        return model

    def _alignment(self, seed: int) -> dict[str, Any]:
        """Return what a table needs of the alignment that the run starts from."""
        path = self._embedder(seed)
        if path is None:
            return {}
        record = read_run(path.with_name("run.json"))
        return {name: record[name] for name in ("seconds", "held_out_distance", "epochs_done")}

    def run(self, seed: int, state: State, out: Path) -> None:
        """Fine-tune with one seed.

        Raises:
            TrainingError: if the run fails and that is not to be recorded.
        """
        torch.manual_seed(seed)
        cell = self.cell
        by_test = cell.settings.selection == "test_as_published"
        held = self.test if by_test and self.test else cell.prepared
        with Prepared(cell.prepared, cell.task) as prepared, Prepared(held, cell.task) as rest:
            model = self._model(seed)
            run = Finetuning(
                model=model,
                objective=make_objective(
                    METHODS[self.method],
                    cell,
                    model=model,
                    prepared=prepared,
                    source=self.source,
                    seed=seed,
                ),
                batches=Batches(
                    prepared=prepared,
                    rows=training_rows(cell, prepared, seed),
                    size=cell.settings.batch_size,
                    seed=seed,
                    device=cell.device,
                ),
                settings=cell.settings,
                seed=seed,
                state=state,
                validation=_validation(cell, rest),
            )
            reason = self._carry_out(run)
        if reason:
            write_tensors(out / "weights.safetensors", {})
        else:
            keep_weights(run.model, out / "weights.safetensors")
        write_history(out / "history.csv", run.history)
        write_run(
            out / "run.json",
            device=cell.device,
            clock=run.clock,
            inputs={**cell.input_digests, **self.inputs(seed)},
            step="finetune",
            status="failed" if reason else "ok",
            reason=reason,
            seed=seed,
            selection=cell.settings.selection,
            best_epoch=run.progress.best_epoch if run.progress.best_epoch >= 0 else None,
            trained_parameters=sum(parameter.numel() for parameter in run.trained),
            all_parameters=sum(parameter.numel() for parameter in run.model.parameters()),
            train_samples=len(run.batches.rows),
            alignment=self._alignment(seed),
            **self.facts(),
            **cell.record(),
        )

    def _carry_out(self, run: Finetuning) -> str:
        """Train; return why it failed, or nothing."""
        try:
            run.run()
        except (TrainingError, torch.OutOfMemoryError) as fault:
            if not self.keep_failure:
                raise
            log.info("the run failed and is recorded so: %s", fault)
            return str(fault)
        return ""


def _validation(cell: Cell, held_out: Prepared) -> Validation | None:
    settings = cell.settings
    chooses = settings.selection != "last_epoch"
    if not chooses and settings.validate_every == 0:
        return None
    on_test = settings.selection == "test_as_published"
    return Validation(
        prepared=held_out,
        rows=held_out.rows("test" if on_test else "validation"),
        metric=cell.task.metric,
        every=settings.validate_every,
        chooses=chooses,
        batch_size=settings.batch_size,
        device=cell.device,
    )
