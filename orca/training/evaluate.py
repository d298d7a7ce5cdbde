"""Opens the test split: a run's score on samples that nothing before has seen."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from orca.data.store import Prepared
from orca.evaluation.score import Score
from orca.logs import Clock, log
from orca.provenance import write_json
from orca.training.cell import Cell
from orca.training.predict import open_test, trained_model
from orca.training.record import digests, read_run
from orca.training.validate import score

RECORDED = (
    "settings", "commit", "code", "device", "versions", "python", "platform", "inputs",
    "peak_memory_mb", "peak_gpu_memory_mb", "threads", "trained_parameters", "all_parameters",
    "body", "train_samples", "best_epoch", "finished", "alignment",
)  # fmt: skip
ALIGNING = ("align", "checkpoint")


def evaluate(  # noqa: PLR0913 (each is a place or a fact of its own)
    cell: Cell,
    seeds: Sequence[int],
    *,
    runs: Path,
    tests: Sequence[Path],
    scores: Path,
    hyperparameters: str,
    filed_under: str | None = None,
) -> None:
    """Write the score of each run, `seed<k>.json`.

    Args:
        cell: task, body and settings of the runs.
        seeds: of the runs.
        runs: folder of the finished runs.
        tests: the task's test split, then those of the tasks that it is also tested on.
        scores: folder for the scores.
        hyperparameters: where the runs' settings come from.
        filed_under: what stands for the body in the score, where the method chose it; the
            record tells which it was.
    """
    for seed in seeds:
        score = _score(cell, runs / f"seed{seed}", tests, hyperparameters)
        score = score.model_copy(update={"body": filed_under or score.body})
        log.info("seed %d: %s %s", seed, score.metric, score.value)
        write_json(scores / f"seed{seed}.json", score.model_dump(mode="json"))


def _score(cell: Cell, run: Path, tests: Sequence[Path], hyperparameters: str) -> Score:
    record = read_run(run / "run.json")
    facts: dict[str, Any] = {
        "task": cell.task_name,
        "body": cell.body,
        "method": record["method"],
        "seed": record["seed"],
        "task_digest": cell.task.digest,
        "selection": record["selection"],
        "hyperparameters": hyperparameters,
        "metric": cell.task.metric,
    }
    kept = {key: record[key] for key in RECORDED if key in record}
    if record["status"] != "ok":
        return Score(**facts, status="failed", reason=record["reason"], record=kept)
    clock = Clock()
    with clock.part("evaluate"):
        found = _metrics(cell, run, tests)
        with Prepared(tests[0], cell.task) as prepared:
            samples = prepared.count
    return Score(
        **facts,
        value=found.pop(cell.task.metric),
        metrics=found,
        samples=samples,
        seconds=_seconds(record) | clock.seconds,
        record=kept | {"test": digests(tests)},
    )


def _metrics(cell: Cell, run: Path, tests: Sequence[Path]) -> dict[str, float]:
    """Return the metrics of the cell's task on each test split, by name with its ending."""
    model, found = trained_model(cell, run), dict[str, float]()
    for path in tests:
        opened, ending = open_test(path, cell)
        with opened as prepared:
            values = score(
                model,
                prepared,
                prepared.rows("test"),
                metrics=(cell.task.metric, *cell.task.extra_metrics),
                batch_size=cell.settings.batch_size,
                device=cell.device,
            )
        found |= {f"{name}{ending}": value for name, value in values.items()}
    return found


def _seconds(record: Mapping[str, Any]) -> dict[str, float]:
    """Return the seconds of stage two, where there was one, and of stage three's parts.

    Distances that are only written down, of held-out samples or exact ones, are no part of it.
    """
    aligned = record["alignment"].get("seconds", {})
    spent = sum(seconds for part, seconds in aligned.items() if part in ALIGNING)
    return ({"align": spent} if aligned else {}) | record["seconds"]
