"""The study that the workers of a search share: Optuna's journal file, its pruner, its draws.

Source: Li et al. 2020 (arXiv:1810.05934), as Optuna's `SuccessiveHalvingPruner` has it: a trial
that is not among the best `1 / reduction_factor` of those that reached its rung so far is stopped
there for good; the others train on, so that nothing is trained twice.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
from optuna.trial import FrozenTrial, Trial, TrialState

from orca.errors import StateError
from orca.training.batches import seeded
from orca.tuning.settings import TuningSettings

ENDED = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)
Space = Mapping[str, Sequence[Any]]


def open_study(journal: Path, name: str, settings: TuningSettings, choices: Space) -> optuna.Study:
    """Open a study in a journal file, or make it with the default settings as its first trial.

    Args:
        journal: file on a file system that all workers share.
        name: of the study.
        settings: rungs of the search.
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


def draw(trial: Trial, choices: Space, *, seed: int) -> dict[str, Any]:
    """Return a trial's values: drawn the first time, the same ones ever after.

    A draw depends on the search's seed, the trial's number and the setting's place alone, so that
    a trial taken up in the middle of its draws gets the values it would have had.
    """
    params: dict[str, Any] = {}
    for place, (key, values) in enumerate(choices.items()):
        mixed = seeded(seed, 8, trial.number, place).initial_seed() % 2**32
        trial.study.sampler = optuna.samplers.RandomSampler(seed=mixed)
        params[key] = trial.suggest_categorical(key, values)
    return params


def ended(study: optuna.Study) -> list[FrozenTrial]:
    """Return the trials that are over, in their order."""
    return [trial for trial in study.get_trials(deepcopy=False) if trial.state in ENDED]


def scores(trial: FrozenTrial) -> list[tuple[int, float]]:
    """Return a trial's epochs and validation errors, in order."""
    return sorted(trial.intermediate_values.items())
