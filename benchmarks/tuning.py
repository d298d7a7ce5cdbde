"""What the search is worth: against random search at equal cost, and against the default.

    python benchmarks/tuning.py --results results [--task openml_61] [--seeds 5] [--trials 16]

Needs a prepared task and a body under `--results`, as the demo leaves them. For each seed a search
is run, its epochs are counted, and random search is given as many: as many whole trials as that
buys. Both then name the configuration with the smallest validation error. The default is trained to
the end as well. Prints one line per seed, then medians.
"""

import argparse
import statistics
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
import yaml

from orca.data.task import TASKS
from orca.training.settings import CHECKPOINT_SECONDS, FINETUNE_READS
from orca.training.setup import Setup
from orca.tuning.search import Search
from orca.tuning.settings import TuningSettings
from orca.tuning.study import ended
from orca.tuning.trial import TrialSettings
from orca.workflow.runs import Runs

ROOT = Path(__file__).parents[1]


def finished(search: Search, settings: TuningSettings, folder: Path) -> Search:
    """Return a search with other settings, done."""
    made = replace(search, settings=settings, folder=folder)
    made.work()
    return made


def outcome(search: Search) -> tuple[float, int]:
    """Return the smallest error of a whole trial, and the epochs of all trials."""
    trials = ended(search.study())
    whole = [t.value for t in trials if t.state.name == "COMPLETE" and t.value is not None]
    return min(whole), sum(len(trial.intermediate_values) for trial in trials)


def main() -> None:
    """Search for each seed and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=Path, default=ROOT / "results")
    parser.add_argument("--task", default="openml_61")
    parser.add_argument("--body", default="minilm")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--trials", type=int, default=16)
    parser.add_argument("--epochs", type=int, default=9, help="of the highest rung")
    given = parser.parse_args()
    torch.set_num_threads(1)
    config = yaml.safe_load((ROOT / "config/config.yaml").read_text())
    runs = Runs.read(config, ROOT / "config")
    groups: dict[str, Any] = dict(runs.finetune_settings(given.task, given.body, "finetune"))
    defaults = TrialSettings(**{name: groups[name] for name in FINETUNE_READS})
    setup = Setup(
        task_name=given.task,
        task=TASKS[given.task],
        body=given.body,
        model=defaults.model,
        prepared=given.results / f"prepared/{given.task}/fit.h5",
        weights=given.results / f"bodies/{given.body}",
        device=torch.device("cpu"),
    )
    search = Search(
        setup=setup,
        defaults=defaults,
        space=runs.space.of(given.body),
        settings=TuningSettings(),
        folder=Path(),
        checkpoint_seconds=CHECKPOINT_SECONDS,
    )
    rows = []
    for seed in range(given.seeds):
        rows.append(compare(search, given, seed))
        told = "ASHA {:.4g} in {} epochs, random {:.4g} in {}, default {:.4g}".format(*rows[-1])
        print(f"seed {seed}: {told}", flush=True)
    asha, epochs, random, _, default = zip(*rows, strict=True)
    print(
        f"median error: ASHA {statistics.median(asha):.4g}, random {statistics.median(random):.4g},"
        f" default {statistics.median(default):.4g}; {statistics.median(epochs)} epochs,"
        f" {given.trials * given.epochs} if no trial were stopped"
    )


def compare(
    search: Search, given: argparse.Namespace, seed: int
) -> tuple[float, int, float, int, float]:
    """Return errors and epochs of ASHA and of random search, and the default's error."""
    halving = TuningSettings(
        trials=given.trials, min_epochs=1, max_epochs=given.epochs, reduction_factor=3, seed=seed
    )
    with tempfile.TemporaryDirectory() as place:
        error, epochs = outcome(finished(search, halving, Path(place) / "asha"))
        # Only one rung, the highest: the first of the same draws, the default before all.
        trials = max(1, round(epochs / given.epochs))
        flat = halving.model_copy(update={"trials": trials, "min_epochs": given.epochs})
        found = finished(search, flat, Path(place) / "random")
        random, spent = outcome(found)
        default = found.study().get_trials(deepcopy=False)[0].value
    assert default is not None, "the first trial of one rung is always trained to its end"
    return error, epochs, random, spent, default


if __name__ == "__main__":
    main()
