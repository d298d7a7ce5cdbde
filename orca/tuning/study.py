"""The study that the workers of a search share: Optuna's journal file, its pruner, its draws.

Source: Li et al. 2020 (arXiv:1810.05934), as Optuna's `SuccessiveHalvingPruner` has it: a trial
that is not among the best `1 / reduction_factor` of those that reached its rung so far is stopped
there for good; the others train on, so that nothing is trained twice.
"""

import json
import os
from collections.abc import Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any, BinaryIO

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
from optuna.storages.journal._file import get_lock_file
from optuna.trial import FrozenTrial, Trial, TrialState

from orca.errors import StateError
from orca.logs import log
from orca.provenance import writing
from orca.training.batches import seeded
from orca.tuning.settings import TuningSettings

ENDED = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)
MEND = "remove its folder; the search starts again"
FAULTS = (ValueError, KeyError, TypeError, IndexError, AttributeError, AssertionError)
Space = Mapping[str, Sequence[Any]]


class Journal(JournalFileBackend):
    """Optuna's journal, from which what a killed process or a full disk left half written is cut.

    Args:
        path: of the file.
    """

    def __init__(self, path: Path) -> None:
        self._alone = JournalFileOpenLock(str(path))
        super().__init__(str(path), lock_obj=self._alone)
        self._path = path
        with get_lock_file(self._alone):
            self._cut(path.read_bytes())

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Append entries, after cutting the half of a line that another process may have left.

        Raises:
            StateError: if the disk is full; what was written of the entries is cut again.
        """
        lines = [json.dumps(log, separators=(",", ":")) + "\n" for log in logs]
        with get_lock_file(self._alone), writing(self._path), self._path.open("r+b") as file:
            end = _whole(file)
            file.truncate(end)
            file.seek(end)
            try:
                file.write("".join(lines).encode())
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                os.ftruncate(file.fileno(), end)
                raise

    def _cut(self, content: bytes) -> None:
        """Cut the journal before its first line that is not whole.

        Raises:
            StateError: if no line is whole: it is no journal.
        """
        lines = content.splitlines(keepends=True)
        whole = list(takewhile(_is_entry, lines))
        if len(whole) == len(lines):
            return
        if len(lines) > 1 and not whole:
            raise StateError(where=str(self._path), what="it is no journal of a search", mend=MEND)
        log.warning("%s: line %d is torn: the search goes on before it", self._path, len(whole) + 1)
        os.truncate(self._path, sum(map(len, whole)))


def _is_entry(line: bytes) -> bool:
    try:
        return line.endswith(b"\n") and "op_code" in json.loads(line)
    except (ValueError, TypeError, RecursionError):
        return False


def _whole(file: BinaryIO) -> int:
    """Return the bytes of a journal that are whole lines."""
    end = file.seek(0, os.SEEK_END)
    while end and (file.seek(end - 1), file.read(1))[1] != b"\n":
        end -= 1
    return end


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
    try:
        storage = JournalStorage(Journal(journal))
        study = optuna.create_study(
            study_name=name,
            storage=storage,
            load_if_exists=True,
            pruner=optuna.pruners.SuccessiveHalvingPruner(
                min_resource=settings.min_epochs, reduction_factor=settings.reduction_factor
            ),
        )
    except FAULTS as fault:
        raise StateError(
            where=str(journal),
            what=f"the search's journal cannot be read: {fault}",
            mend=MEND,
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
