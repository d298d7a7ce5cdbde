"""Searches over the toy cell; as a command it is one worker: python toy_search.py FOLDER TRIALS."""

import sys
from pathlib import Path

import torch

from orca import logs
from orca.settings import TuningSettings
from orca.tuning.search import Search
from tests.training.toys import make_cell

SPACE = {
    "learning_rate": [1e-2, 1e-3, 1e-4, 1e-5],
    "batch_size": [16, 24],
    "weight_decay": [0.0, 0.01],
}


def make_search(folder: Path, *, space=SPACE, **changes) -> Search:
    settings = {"trials": 6, "min_epochs": 1, "max_epochs": 4, "reduction_factor": 2, **changes}
    return Search(
        cell=make_cell(folder / "data", checkpoint_seconds=0.0),
        space=space,
        settings=TuningSettings(**settings),
        folder=folder / "state",
    )


def outcome(search: Search) -> list[tuple]:
    """What tells two studies apart: parameters, scores and ends of the trials."""
    return [
        (trial.params, trial.intermediate_values, trial.state.name, trial.value)
        for trial in search.study().get_trials(deepcopy=False)
    ]


if __name__ == "__main__":
    logs.set_up()
    torch.set_num_threads(1)
    make_search(Path(sys.argv[1]), trials=int(sys.argv[2])).work()
