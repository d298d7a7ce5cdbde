"""Opens the test split: a run's score on samples that nothing before has seen."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Int, Shaped

from orca.data.store import Prepared
from orca.errors import ResultsError
from orca.evaluation.metric import METRICS
from orca.evaluation.predictions import PREDICTIONS, write_predictions
from orca.evaluation.score import Score, read_score
from orca.logs import Clock, log
from orca.models.assemble import Model
from orca.provenance import RECORD, digest_of, write_json
from orca.training.finished_run import FinishedRun
from orca.training.key import evaluate_key
from orca.training.record import digests
from orca.training.seeds import withdraw_stamps
from orca.training.validate import pool, predict

RECORDED = (
    "settings", "commit", "code", "device", "versions", "python", "platform", "inputs",
    "peak_memory_mb", "peak_gpu_memory_mb", "threads", "trained_parameters", "all_parameters",
    "body", "train_samples", "best_epoch", "finished", "alignment",
)  # fmt: skip
ALIGNING = ("align", "checkpoint")


def evaluate(
    run: FinishedRun, *, tests: Sequence[Path], hyperparameters: str, out: Path
) -> dict[str, Any]:
    """Write the score of a run, unless the file holds it already, and return it in short.

    Args:
        run: the finished run.
        tests: the task's test split, then those of the tasks that it is also tested on.
        hyperparameters: where the run's settings come from.
        out: the score's file.
    """
    code = evaluate_key(task=run.task, body=run.record["body"], method=run.record["method"])
    files = [*digests([run.folder / RECORD, *tests]).values()]
    key = digest_of([code, files, hyperparameters])
    facts = {"key": key, "hyperparameters": hyperparameters}
    return write_score(out, key=key, make=lambda: _score(run, tests, facts, out))


def write_score(out: Path, *, key: str, make: Callable[[], Score]) -> dict[str, Any]:
    """Write a score, unless the file holds it already, and return what a stamp says of it."""
    score = _known(out)
    if score is not None and score.key == key:
        log.info("%s is there already", out)
        return _short(score)
    score = make()
    log.info("seed %d: %s %s", score.seed, score.metric, score.value)
    withdraw_stamps(out.parents[1], score.seed, _short(score))
    write_json(out, score.model_dump(mode="json"))
    return _short(score)


def _short(score: Score) -> dict[str, Any]:
    return score.model_dump(mode="json", include={"metric", "value", "status", "key"})


def _known(path: Path) -> Score | None:
    try:
        return read_score(path)
    except ResultsError:
        return None


def _score(run: FinishedRun, tests: Sequence[Path], facts: Mapping[str, Any], out: Path) -> Score:
    record, task = run.record, run.task
    common: dict[str, Any] = {
        **facts,
        **{name: record[name] for name in ("task", "body", "method", "seed", "selection")},
        "task_digest": task.digest,
        "metric": task.metric,
    }
    kept = {key: record[key] for key in RECORDED if key in record}
    if record["status"] != "ok":
        return Score(**common, status="failed", reason=record["reason"], record=kept)
    clock = Clock()
    with clock.part("evaluate"):
        found = _metrics(run, tests, kept=out.with_name(PREDICTIONS))
        with Prepared(tests[0], task) as prepared:
            samples = prepared.count
    return Score(
        **common,
        value=found.pop(task.metric),
        metrics=found,
        samples=samples,
        seconds=_seconds(record) | clock.seconds,
        record=kept | {"test": digests(tests)},
    )


def _metrics(run: FinishedRun, tests: Sequence[Path], *, kept: Path) -> dict[str, float]:
    """Return the metrics of the run's task on each test split, by name with its ending.

    Predictions for the task's own test split go to the file `kept`, where the task wants that.
    """
    model, found = run.model(), dict[str, float]()
    for path in tests:
        opened, ending = run.open_test(path)
        with opened as prepared:
            rows = prepared.rows("test")
            predicted, target = pool(
                *_predicted(run, model, prepared, rows),
                prepared.groups(rows),
                how=prepared.task.pooling,
            )
        for name in (run.task.metric, *run.task.extra_metrics):
            found[f"{name}{ending}"] = METRICS[name].compute(predicted, target)
        if run.task.keeps_predictions and not ending:
            write_predictions(kept, predicted, target)
    return found


def predict_test(run: FinishedRun, *, test: Path, output: Path) -> None:
    """Write a run's `predicted` for a test split, and its `target`, as an npz file.

    Args:
        run: the finished run.
        test: the test split of its task, or of one that it can be tested on too.
        output: the file; values are in the task's own units.
    """
    with run.open_test(test)[0] as prepared:
        found = _predicted(run, run.model(), prepared, prepared.rows("test"))
    write_predictions(output, *found)


def _predicted(
    run: FinishedRun, model: Model, prepared: Prepared, rows: Int[np.ndarray, " n"]
) -> tuple[Float[np.ndarray, "n *output"], Shaped[np.ndarray, "n *target"]]:
    """Return predictions and targets of some samples, in the task's own units."""
    size, precision = run.settings.batch_size, run.settings.precision
    predicted = predict(
        model, prepared, rows, batch_size=size, device=run.device, precision=precision
    )
    return predicted, prepared.targets(rows)


def _seconds(record: Mapping[str, Any]) -> dict[str, float]:
    """Return the seconds of stage two, where there was one, and of stage three's parts.

    The time of distances that are only recorded, held-out or exact, is left out.
    """
    aligned = record["alignment"].get("seconds", {})
    spent = sum(seconds for part, seconds in aligned.items() if part in ALIGNING)
    return ({"align": spent} if aligned else {}) | record["seconds"]
