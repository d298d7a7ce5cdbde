"""One trial of a search: plain fine-tuning that reports each epoch's validation score."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import optuna
import torch

from orca.data.store import Prepared
from orca.errors import TrainingError
from orca.evaluation.metrics import METRICS
from orca.methods.method import METHODS
from orca.settings import FinetuneSettings, TuningSettings, checked
from orca.training.batches import Batches
from orca.training.cell import Cell
from orca.training.checkpoint import State
from orca.training.finetune import Finetuning
from orca.training.objective import make_objective
from orca.training.validate import Validation

METHOD = "finetune"  # what the search trains (A.2.2)


def trial_settings(
    default: FinetuneSettings, params: Mapping[str, Any], search: TuningSettings
) -> FinetuneSettings:
    """Return the settings of a trial, its schedule shrunk to the longest trial's length.

    Args:
        default: the cell's settings.
        params: the trial's own values, by setting.
        search: tells the longest trial's epochs.
    """
    share = min(1.0, search.max_epochs / default.epochs)
    fixed = {
        "epochs": search.max_epochs,
        "warmup_epochs": round(default.warmup_epochs * share),
        "decay_epochs": None,
        "selection": "last_epoch",
    }
    return checked(FinetuneSettings, {**default.model_dump(), **params, **fixed}, where="a trial")


@dataclass(frozen=True)
class Reports:
    """Passes a trial's scores on to the study, each once, however often the trial was begun.

    Args:
        trial: of the study.
        metric: name of the task's metric.
        epochs: of the highest rung; a trial that reaches it is whole.
    """

    trial: optuna.Trial
    metric: str
    epochs: int

    def pass_on(self, history: Sequence[Mapping[str, Any]]) -> None:
        """Report the epochs of a history that the study does not know, and ask about the last.

        Raises:
            TrialPruned: if the trial is to be stopped.
            TrainingError: if a score is not finite.
        """
        if not history:
            return
        known = self._known()
        for row in history:
            step, error = row["epoch"] + 1, self.error(row)
            if step not in known:
                self.trial.report(error, step=step)
        if max(known, default=0) <= step < self.epochs and self.trial.should_prune():
            raise optuna.TrialPruned

    def _known(self) -> set[int]:
        trials = self.trial.study.get_trials(deepcopy=False)
        return set(trials[self.trial.number].intermediate_values)

    def error(self, row: Mapping[str, Any]) -> float:
        """Return how far an epoch's validation score is from perfect.

        Raises:
            TrainingError: if it is not finite.
        """
        error = METRICS[self.metric].error(row["validation"])
        if not math.isfinite(error):
            raise TrainingError(
                where=f"trial {self.trial.number}, epoch {row['epoch']}",
                what=f"the validation score is {row['validation']}",
                mend="nothing: the search goes on with other settings",
            )
        return error


def train(cell: Cell, trial: optuna.Trial, state: State, *, seed: int) -> float:
    """Train a trial to the highest rung, from its checkpoint on, and return its last error.

    Args:
        cell: with the trial's own settings.
        trial: told of every epoch's score.
        state: the trial's progress on disk, held.
        seed: of all trials: they differ by their settings alone.

    Raises:
        TrialPruned: if the study stops it at a rung.
        TrainingError: if it diverges.
    """
    settings = cell.settings
    reports = Reports(trial, cell.task.metric, settings.epochs)
    saved = state.load()
    if saved is not None:  # the score of its last epoch may not have reached the study
        reports.pass_on(saved[1]["history"])
    torch.manual_seed(seed)
    with Prepared(cell.prepared, cell.task) as prepared:
        model = cell.model(METHODS[METHOD], seed)
        run = Finetuning(
            model=model,
            objective=make_objective(
                METHODS[METHOD], cell, model=model, prepared=prepared, source=None, seed=seed
            ),
            batches=Batches(
                prepared=prepared,
                rows=prepared.rows("train"),
                size=settings.batch_size,
                seed=seed,
                device=cell.device,
            ),
            settings=settings,
            seed=seed,
            state=state,
            validation=Validation(
                prepared=prepared,
                rows=prepared.rows("validation"),
                metric=cell.task.metric,
                every=1,
                chooses=False,
                batch_size=settings.batch_size,
                device=cell.device,
            ),
            report=lambda epoch, error: reports.pass_on(run.history[-1:]),
        )
        run.run()
    return reports.error(run.history[-1])


def with_settings(cell: Cell, settings: FinetuneSettings) -> Cell:
    """Return the cell with other settings."""
    return replace(cell, settings=settings)


def out_of_memory(fault: RuntimeError | MemoryError) -> bool:
    """Return whether an error says that a device's or the machine's memory is used up."""
    kinds = (torch.OutOfMemoryError, MemoryError)
    return isinstance(fault, kinds) or "allocate memory" in str(fault)
