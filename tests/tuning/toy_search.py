"""Searches over the toy setup."""

from pathlib import Path

import torch

from orca import logs
from orca.training.settings import FINETUNE_READS
from orca.tuning.search import Search
from orca.tuning.settings import TuningSettings
from orca.tuning.trial import TrialSettings
from tests.training.toys import CLASSES, SETTINGS, make_setup

SPACE = {
    "optimizer.learning_rate": [1e-2, 1e-3, 1e-4, 1e-5],
    "finetune.batch_size": [16, 24],
    "optimizer.weight_decay": [0.0, 0.01],
}


def make_search(folder: Path, *, space=SPACE, **changes) -> Search:
    settings = {"trials": 6, "min_epochs": 1, "max_epochs": 4, "reduction_factor": 2, **changes}
    return Search(
        setup=make_setup(folder / "data", CLASSES, SETTINGS["model"]),
        defaults=TrialSettings(**{name: SETTINGS[name] for name in FINETUNE_READS}),
        space=space,
        settings=TuningSettings(**settings),
        folder=folder / "state",
        checkpoint_seconds=0.0,
    )


def outcome(search: Search) -> list[tuple]:
    """What tells two studies apart: parameters, scores and ends of the trials."""
    return [
        (trial.params, trial.intermediate_values, trial.state.name, trial.value)
        for trial in search.study().get_trials(deepcopy=False)
    ]


def worker(folder: Path, trials: int) -> None:
    """Work as a process of its own."""
    logs.set_up()
    torch.set_num_threads(1)
    make_search(folder, trials=trials).work()
