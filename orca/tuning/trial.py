"""One trial of a search: plain fine-tuning that reports each epoch's validation score."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import optuna
import torch

from orca.data.store import Prepared
from orca.errors import SettingsError, TrainingError
from orca.evaluation.metric import METRICS
from orca.models.settings import ModelSettings
from orca.settings import checked_groups
from orca.training.checkpoint import State
from orca.training.finetune_arrays import finetune
from orca.training.progress import History
from orca.training.settings import FINETUNE_READS, FinetuneSettings, OptimizerSettings
from orca.training.setup import Setup
from orca.training.task_objective import make_objective
from orca.training.validate import Validation
from orca.tuning.search_key import METHOD
from orca.tuning.settings import TuningSettings


@dataclass(frozen=True, kw_only=True)
class TrialSettings:
    """The settings that plain fine-tuning reads."""

    model: ModelSettings
    optimizer: OptimizerSettings
    finetune: FinetuneSettings

    def value(self, key: str) -> Any:
        """Return the value of a setting, `group.key`."""
        group, _, name = key.partition(".")
        return getattr(getattr(self, group), name)


def trial_settings(
    default: TrialSettings, params: Mapping[str, Any], search: TuningSettings
) -> TrialSettings:
    """Return the settings of a trial, its schedule shrunk to the longest trial's length.

    Args:
        default: the settings before the search.
        params: the trial's own values, by `group.key`.
        search: says how many epochs the longest trial has.

    Raises:
        SettingsError: if a key is unknown or a value is not allowed.
    """
    share = min(1.0, search.max_epochs / default.finetune.epochs)
    fixed = {
        "finetune.epochs": search.max_epochs,
        "finetune.warmup_epochs": round(default.finetune.warmup_epochs * share),
        "finetune.decay_epochs": None,
        "finetune.selection": "last_epoch",
        "finetune.validate_every": 1,
    }
    groups = {name: getattr(default, name).model_dump() for name in FINETUNE_READS}
    for key, value in {**params, **fixed}.items():
        group, _, name = key.partition(".")
        if group not in groups or not name:
            raise SettingsError(
                where=f"a trial, {key}",
                what="a search cannot choose this",
                mend=f"name a key as `group.key`, the group one of {', '.join(FINETUNE_READS)}",
            )
        groups[group][name] = value
    return TrialSettings(**checked_groups(groups, FINETUNE_READS, where="a trial"))


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
        trials = self.trial.study.get_trials(deepcopy=False)
        known = set(trials[self.trial.number].intermediate_values)
        for row in history:
            step, error = row["epoch"] + 1, self.error(row)
            if step not in known:
                self.trial.report(error, step=step)
        if max(known, default=0) <= step < self.epochs and self.trial.should_prune():
            raise optuna.TrialPruned

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


def train(
    setup: Setup,
    settings: TrialSettings,
    trial: optuna.Trial,
    state: State,
    *,
    seed: int,
    min_epochs: int,
) -> float:
    """Train a trial to the highest rung, from its checkpoint on, and return its last error.

    Args:
        setup: task, body, device.
        settings: of this trial.
        trial: learns of every epoch's score.
        state: the trial's progress on disk, held.
        seed: of all trials.
        min_epochs: of the lowest rung, which every trial reaches.

    Raises:
        TrialPruned: if the study stops it at a rung.
        TrainingError: if it diverges.
    """
    setup, history = replace(setup, model=settings.model), History()
    reports = Reports(trial, setup.task.metric, settings.finetune.epochs)
    saved = state.load()
    if saved is not None:  # the score of its last epoch may not have reached the study
        reports.pass_on(saved[1]["history"])
    torch.manual_seed(seed)
    with Prepared(setup.prepared, setup.task) as prepared:
        model = setup.build_for(METHOD, None, seed=seed)
        objective = make_objective(
            METHOD, setup, own=None, model=model, prepared=prepared, source=None, seed=seed
        )
        validation = Validation(
            data=prepared,
            rows=prepared.rows("validation"),
            metric=setup.task.metric,
            settings=settings.finetune,
        )
        finetune(
            model,
            prepared,
            rows=prepared.rows("train"),
            loss=objective,
            validation=validation,
            settings=settings.finetune,
            optimizer=settings.optimizer,
            seed=seed,
            checkpoints=state,
            report=lambda epoch, error: reports.pass_on(history.rows[-1:]),
            certain_epochs=min_epochs,
            history=history,
        )
    return reports.error(history.rows[-1])


def out_of_memory(fault: RuntimeError | MemoryError) -> bool:
    """Return whether an error says that a device's or the machine's memory is used up."""
    kinds = (torch.OutOfMemoryError, MemoryError)
    return isinstance(fault, kinds) or "allocate memory" in str(fault)
