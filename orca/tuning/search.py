"""One worker of a search by asynchronous successive halving (ASHA), on Optuna's shared study.

Any number of workers share a study through its journal file. A trial that a killed worker left
behind is taken up by the next worker that looks, from its checkpoint on. With one worker, equal
seeds give equal studies, interrupted or not.

Source: Li et al. 2020 (arXiv:1810.05934); ORCA (ICML 2023), A.2.2: plain fine-tuning is searched.
"""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
import torch
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
from optuna.trial import FrozenTrial, Trial, TrialState

from orca.data.store import Prepared
from orca.errors import StateError, TrainingError
from orca.logs import log
from orca.methods.method import METHODS
from orca.settings import FinetuneSettings, TuningSettings, checked
from orca.training.batches import Batches, seeded
from orca.training.cell import CODE, Cell
from orca.training.checkpoint import State, fingerprint
from orca.training.finetune import Finetuning
from orca.training.objective import make_objective
from orca.training.validate import Validation

METHOD = "finetune"  # what the search trains (A.2.2)
ENDED = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)
Space = Mapping[str, Sequence[Any]]


@dataclass(frozen=True, kw_only=True)
class Search:
    """A search over one cell's settings.

    Args:
        cell: task, body and the default settings, which are the first trial.
        space: allowed values by key of `FinetuneSettings`.
        settings: of the search.
        folder: holds the journal and the trials' checkpoints; not an output.
    """

    cell: Cell
    space: Space
    settings: TuningSettings
    folder: Path

    def choices(self) -> dict[str, list[Any]]:
        """Return the values of each key that a trial may take: the space's, and the default."""
        default = self.cell.settings.model_dump()
        with Prepared(self.cell.prepared, self.cell.task) as prepared:
            most = len(prepared.rows("train"))
        choices = {}
        for key, values in self.space.items():
            listed = list(dict.fromkeys([default[key], *values]))
            choices[key] = [v for v in listed if key != "batch_size" or v <= most]
        return choices

    def study(self) -> optuna.Study:
        """Open the shared study, or make it with the default settings as its first trial."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return open_study(self.folder / "journal.log", self.name, self.settings, self.choices())

    @property
    def name(self) -> str:
        """Names a study of these settings, data and code; another one shares no trial with it."""
        limits = self.settings.model_dump(exclude={"trials", "workers"})
        mark = fingerprint(
            space=dict(self.space),
            limits=limits,
            code=CODE,
            inputs=sorted(self.cell.input_digests.values()),
            cell=self.cell.facts(),
        )
        return f"{self.cell.task_name}-{self.cell.body}-{mark[:12]}"

    def work(self) -> None:
        """Run trials until the study has as many as the settings say."""
        study = self.study()
        while True:
            states = [trial.state for trial in study.get_trials(deepcopy=False)]
            if sum(state in ENDED for state in states) >= self.settings.trials:
                return
            trial = self._abandoned(study)
            waiting = TrialState.WAITING in states
            if trial is None and (len(states) < self.settings.trials or waiting):
                study.sampler = _sampler(self.settings.seed, len(states))
                trial = study.ask()
            if trial is None:
                time.sleep(1.0)  # others are at the last trials; take one up if they are killed
                continue
            self._try(study, trial)

    def _abandoned(self, study: optuna.Study) -> Trial | None:
        """Return a running trial that no living worker holds."""
        for left in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            state = self._state(left.number, left.params)
            try:
                with state.held():
                    pass
            except StateError:
                continue
            log.info("taking up trial %d, which another worker left", left.number)
            return Trial(study, left._trial_id)
        return None

    def _state(self, number: int, params: Mapping[str, Any]) -> State:
        folder = self.folder / self.name / f"trial{number}"
        return State(folder, fingerprint(params=dict(params), name=self.name))

    def _try(self, study: optuna.Study, trial: Trial) -> None:
        params = {
            key: trial.suggest_categorical(key, values) for key, values in self.choices().items()
        }
        try:
            with self._state(trial.number, params).held() as state:
                error = self._train(trial, self.trial_settings(params), state)
        except optuna.TrialPruned:
            study.tell(trial, state=TrialState.PRUNED)
            log.info("trial %d stopped early: %s", trial.number, params)
        except (TrainingError, torch.OutOfMemoryError) as fault:
            trial.set_user_attr("reason", str(fault))
            study.tell(trial, state=TrialState.FAIL)
            log.info("trial %d failed: %s", trial.number, fault)
        except StateError as fault:
            log.info("trial %d is another worker's: %s", trial.number, fault.what)
        else:
            study.tell(trial, error)
            log.info("trial %d reached %.5g: %s", trial.number, error, params)

    def trial_settings(self, params: Mapping[str, Any]) -> FinetuneSettings:
        """Return the settings of a trial, its schedule shrunk to the longest trial's length."""
        default = self.cell.settings
        share = self.settings.max_epochs / default.epochs
        fixed = {
            "epochs": self.settings.max_epochs,
            "warmup_epochs": round(default.warmup_epochs * min(1.0, share)),
            "decay_epochs": None,
            "selection": "last_epoch",
        }
        return checked(
            FinetuneSettings, {**default.model_dump(), **params, **fixed}, where="a trial"
        )

    def _train(self, trial: Trial, settings: FinetuneSettings, state: State) -> float:
        seed = self.settings.seed
        cell = Cell(**{**vars(self.cell), "settings": settings})
        torch.manual_seed(seed)
        errors: list[float] = []

        def report(epoch: int, error: float) -> None:
            errors.append(error)
            trial.report(error, step=epoch + 1)
            if epoch + 1 < settings.epochs and trial.should_prune():
                raise optuna.TrialPruned

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
                report=report,
            )
            run.run()
        if not errors or not math.isfinite(errors[-1]):
            raise TrainingError(
                where=f"trial {trial.number}",
                what="the validation score is not finite",
                mend="nothing: the search goes on with other settings",
            )
        return errors[-1]


def _sampler(seed: int, number: int) -> optuna.samplers.BaseSampler:
    """Return a sampler whose draws depend on the search's seed and the trial's number alone."""
    return optuna.samplers.RandomSampler(seed=seeded(seed, 8, number).initial_seed() % 2**32)


def open_study(
    journal: Path, name: str, settings: TuningSettings, choices: Mapping[str, Sequence[Any]]
) -> optuna.Study:
    """Open a study in a journal file, or make it.

    Args:
        journal: file on a file system that all workers share.
        name: of the study.
        settings: rungs and seed of the search.
        choices: allowed values by key, the default first.

    Raises:
        StateError: if the journal is damaged.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    lock = JournalFileOpenLock(str(journal))
    try:
        storage = JournalStorage(JournalFileBackend(str(journal), lock_obj=lock))
        study = optuna.create_study(
            study_name=name,
            storage=storage,
            load_if_exists=True,
            pruner=optuna.pruners.SuccessiveHalvingPruner(
                min_resource=settings.min_epochs, reduction_factor=settings.reduction_factor
            ),
            sampler=_sampler(settings.seed, 0),
        )
    except (ValueError, KeyError) as fault:
        raise StateError(
            where=str(journal),
            what=f"the search's journal cannot be read: {fault}",
            mend="remove its folder; the search starts again",
        ) from fault
    if not study.get_trials(deepcopy=False):
        study.enqueue_trial({key: values[0] for key, values in choices.items()})
    return study


def ended(study: optuna.Study) -> list[FrozenTrial]:
    """Return the trials that are over, in their order."""
    return [trial for trial in study.get_trials(deepcopy=False) if trial.state in ENDED]
