"""What each start of a body reaches when each is searched as hard as the others.

    python benchmarks/starts.py --results results [--task openml_54] [--body minilm] [--trials 12]

Needs a prepared table under `--results`, as the demo leaves it, and the body's weights. Training
from scratch, plain fine-tuning and ORCA draw the same settings; asynchronous successive halving
stops the worst by the validation samples, which also choose the epoch. The best settings of each
start are trained with further seeds and scored on the test samples. Prints one Markdown table.
"""

import argparse
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import torch

import orca
from orca.data.store import Prepared
from orca.data.task import TASKS, Task
from orca.evaluation.metric import METRICS
from orca.methods.method import METHODS
from orca.models.assemble import Model

ROOT = Path(__file__).parents[1]
STARTS = ("scratch", "finetune", "orca")
SPACE = {
    "learning_rate": (3e-5, 1e-4, 3e-4, 1e-3),
    "weight_decay": (1e-5, 1e-2, 1e-1),
    "dropout": (0.0, 0.1),
    "layers": (2, 4, 6),
}
Samples = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Data:
    """A task's samples by part, and the body's source."""

    task: Task
    body: str
    epochs: int
    train: Samples
    validation: Samples
    test: Samples
    source: orca.SourceFeatures

    def trained(
        self, start: str, drawn: dict[str, Any], seed: int, trial: optuna.Trial | None = None
    ) -> tuple[Model, float]:
        """Return a trained model and its smallest validation error."""

        def report(epoch: int, error: float) -> None:
            if trial is not None:
                trial.report(error, epoch + 1)
                if trial.should_prune():
                    raise optuna.TrialPruned

        method, draw = METHODS[start], dict(drawn)
        optimizer = orca.OptimizerSettings(
            learning_rate=draw.pop("learning_rate"), weight_decay=draw.pop("weight_decay")
        )
        shape = orca.ModelSettings(sequence_length=8, **draw)
        model = orca.build(
            orca.load_body(self.body, start=method.start, settings=shape, seed=seed),
            self.train[0].shape[1:], self.task.target,
            start=method.embedder, settings=shape, seed=seed, device="cpu",
        )  # fmt: skip
        if method.alignment:
            settings = orca.AlignSettings(epochs=30, samples_per_class=64, record_value_every=30)
            orca.align(
                model, *self.train, source=self.source, distance=method.alignment,
                settings=settings, optimizer=optimizer, seed=seed,
            )  # fmt: skip
        history = orca.finetune(
            model, *self.train, loss=self.task.loss, validation=self.validation,
            metric=self.task.metric, optimizer=optimizer, seed=seed, report=report,
            settings=orca.FinetuneSettings(
                epochs=self.epochs, batch_size=16, min_batches_per_epoch=40, warmup_epochs=2,
                selection="best_on_validation", validate_every=1,
            ),
        )  # fmt: skip
        metric = METRICS[self.task.metric]
        return model, min(metric.error(row["validation"]) for row in history.rows)

    def search(self, start: str, trials: int) -> dict[str, Any]:
        """Return the settings of the trial with the smallest validation error."""
        study = optuna.create_study(
            sampler=optuna.samplers.RandomSampler(seed=0),
            pruner=optuna.pruners.SuccessiveHalvingPruner(min_resource=3, reduction_factor=3),
        )

        def objective(trial: optuna.Trial) -> float:
            drawn = {key: trial.suggest_categorical(key, values) for key, values in SPACE.items()}
            return self.trained(start, drawn, 0, trial)[1]

        study.optimize(objective, n_trials=trials)
        return study.best_params

    def test_scores(self, start: str, drawn: dict[str, Any], seeds: int) -> list[float]:
        """Return the test score of each further seed."""
        metric, scores = METRICS[self.task.metric], []
        for seed in range(1, seeds + 1):
            model, _ = self.trained(start, drawn, seed)
            predicted = orca.predict(model, self.test[0])
            scores.append(metric.compute(predicted, self.test[1]))
        return scores


def read_data(results: Path, name: str, body: str, epochs: int) -> Data:
    """Return a prepared task as arrays."""
    folder, task = results / "prepared" / name, TASKS[name]
    with Prepared(folder / "fit.h5", task) as fit, Prepared(folder / "test.h5", task) as held:
        train, validation = (fit.read(fit.rows(part)) for part in ("train", "validation"))
        test, source = held.read(held.rows("test")), orca.proxy_features(body, samples=1000)
    return Data(task, body, epochs, train, validation, test, source)


def main() -> None:
    """Search each start, train what it found, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=Path, default=ROOT / "results")
    parser.add_argument("--task", default="openml_54")
    parser.add_argument("--body", default="minilm")
    parser.add_argument("--trials", type=int, default=12)
    parser.add_argument("--epochs", type=int, default=27, help="of the longest trial")
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    torch.set_num_threads(1)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    data = read_data(given.results, given.task, given.body, given.epochs)
    print(f"| start | test {data.task.metric} | {' | '.join(SPACE)} |")
    print("|---" * (2 + len(SPACE)) + "|")
    for start in STARTS:
        found = data.search(start, given.trials)
        scores = data.test_scores(start, found, given.seeds)
        spread = statistics.stdev(scores) if len(scores) > 1 else 0.0
        values = " | ".join(str(found[key]) for key in SPACE)
        shown = f"{statistics.mean(scores):.4f} ± {spread:.4f}"
        print(f"| {METHODS[start].title} | {shown} | {values} |", flush=True)


if __name__ == "__main__":
    main()
