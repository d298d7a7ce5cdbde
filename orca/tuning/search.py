"""One worker of a search by asynchronous successive halving (ASHA), on Optuna's shared study.

Any number of workers share a study through its journal file, and more can join at any time. A
trial that a killed worker left behind is taken up by the next worker that looks, from its
checkpoint on. With one worker, equal seeds give equal studies, interrupted or not.

Source: Li et al. 2020 (arXiv:1810.05934); ORCA (ICML 2023), A.2.2: plain fine-tuning is searched.
"""

import gc
import shutil
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import optuna
import torch
from filelock import FileLock
from optuna.trial import FrozenTrial, Trial, TrialState

from orca.data.store import Prepared
from orca.errors import StateError, TrainingError
from orca.logs import log
from orca.provenance import digest_of
from orca.training.checkpoint import Preempted, State
from orca.training.settings import FINETUNE_READS
from orca.training.setup import Setup
from orca.tuning.search_key import tune_key
from orca.tuning.settings import TuningSettings
from orca.tuning.study import draw, ended, open_study
from orca.tuning.trial import TrialSettings, out_of_memory, train, trial_settings

IDLE_SECONDS = 1.0
MOST_DEATHS = (
    3  # a trial has failed when this many workers died under it without an epoch's progress
)
STARTS = "starts"  # epochs that a trial had behind it at each start that did not end well


@dataclass(frozen=True, kw_only=True)
class Search:
    """A search over the settings of plain fine-tuning on one task with one body.

    Args:
        setup: task, body and device.
        defaults: the settings before the search, which are the first trial.
        space: allowed values by setting, `group.key`.
        settings: of the search.
        folder: holds the journal and the trials' checkpoints; not an output.
        checkpoint_seconds: least seconds between two checkpoints of a trial.
    """

    setup: Setup
    defaults: TrialSettings
    space: Mapping[str, Sequence[Any]]
    settings: TuningSettings
    folder: Path
    checkpoint_seconds: float

    @cached_property
    def choices(self) -> dict[str, list[Any]]:
        """The values of each key that a trial may take: the default, and the space's."""
        with Prepared(self.setup.prepared, self.setup.task) as prepared:
            most = len(prepared.rows("train"))
        choices = {}
        for key, values in self.space.items():
            listed = list(dict.fromkeys([self.defaults.value(key), *values]))
            choices[key] = [v for v in listed if key != "finetune.batch_size" or v <= most]
        return choices

    @cached_property
    def name(self) -> str:
        """Names a study of these settings, data and code; another one shares no trial with it."""
        code = tune_key(
            task=self.setup.task,
            body=self.setup.body,
            settings={name: getattr(self.defaults, name) for name in FINETUNE_READS},
            search=self.settings.model_copy(update={"trials": 1}),  # more trials go on
            space=self.choices,
        )
        mark = digest_of([code, sorted(self.setup.input_digests.values())])
        return f"{self.setup.task_name}-{self.setup.body}-{mark[:12]}"

    def study(self) -> optuna.Study:
        """Open the shared study, or make it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._alone():
            return open_study(self.folder / "journal.log", self.name, self.settings, self.choices)

    def work(self) -> None:
        """Run trials until the study has the number that the settings say."""
        study = self.study()
        while len(ended(study)) < self.settings.trials:
            with ExitStack() as held:
                with self._alone():
                    taken = self._take(study, held)
                if taken is not None:
                    self._carry_out(study, *taken)
                    continue
            time.sleep(IDLE_SECONDS)  # others are at the last trials; one may be killed

    def _alone(self) -> FileLock:
        """Only one worker at a time chooses what to do next."""
        return FileLock(self.folder / ".choosing")

    def _take(self, study: optuna.Study, held: ExitStack) -> tuple[Trial, State] | None:
        """Return a trial that is now this worker's: one left behind, or a new one.

        Args:
            study: that is shared.
            held: takes the lock on the trial's folder.
        """
        for left in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            state = self._state(left.number)
            try:
                held.enter_context(state.held())
            except StateError:
                continue  # its worker lives
            if study.get_trials(deepcopy=False)[left.number].state == TrialState.RUNNING:
                log.info("taking up trial %d, which another worker left", left.number)
                return Trial(study, left._trial_id), state
            shutil.rmtree(state.folder)  # it has ended just now
            held.close()
        states = [trial.state for trial in study.get_trials(deepcopy=False)]
        if len(states) < self.settings.trials or TrialState.WAITING in states:
            trial = study.ask()
            state = self._state(trial.number)
            held.enter_context(state.held())
            return trial, state
        return None

    def _state(self, number: int) -> State:
        folder = self.folder / self.name / f"trial{number}"
        return State(folder, self.name, seconds=self.checkpoint_seconds)

    def _carry_out(self, study: optuna.Study, trial: Trial, state: State) -> None:
        """Run a trial that this worker holds, and report to the study how it ended."""
        starts = self._count_start(study, trial)
        if starts.count(starts[-1]) > MOST_DEATHS:
            reason = f"{MOST_DEATHS} workers died under it, perhaps for want of memory"
            _fail(study, trial, reason)
        else:
            try:
                self._try(study, trial, state)
            except Preempted:
                trial.set_user_attr(STARTS, starts[:-1])
                raise
        shutil.rmtree(state.folder)

    def _count_start(self, study: optuna.Study, trial: Trial) -> list[int]:
        frozen: FrozenTrial = study.get_trials(deepcopy=False)[trial.number]
        starts = [*trial.user_attrs.get(STARTS, []), len(frozen.intermediate_values)]
        trial.set_user_attr(STARTS, starts)
        return starts

    def _try(self, study: optuna.Study, trial: Trial, state: State) -> None:
        params = draw(trial, self.choices, seed=self.settings.seed)
        settings = trial_settings(self.defaults, params, self.settings)
        try:
            error = train(
                self.setup,
                settings,
                trial,
                state,
                seed=self.settings.seed,
                min_epochs=self.settings.min_epochs,
            )
        except optuna.TrialPruned:
            study.tell(trial, state=TrialState.PRUNED)
            log.info("trial %d stopped early: %s", trial.number, params)
        except TrainingError as fault:
            _fail(study, trial, str(fault))
        except (RuntimeError, MemoryError) as fault:
            if not out_of_memory(fault):
                raise
            _fail(study, trial, f"out of memory: {str(fault).splitlines()[0]}")
        else:
            study.tell(trial, error)
            log.info("trial %d reached %.5g: %s", trial.number, error, params)
        gc.collect()
        if self.setup.device.type == "cuda":
            torch.cuda.empty_cache()


def _fail(study: optuna.Study, trial: Trial, reason: str) -> None:
    trial.set_user_attr("reason", reason)
    study.tell(trial, state=TrialState.FAIL)
    log.info("trial %d failed: %s", trial.number, reason)
