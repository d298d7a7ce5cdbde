"""Opens the test split: a run's score on samples that nothing before has seen."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from orca.data.store import Prepared
from orca.errors import DataError
from orca.evaluation.score import Score
from orca.logs import Clock, log
from orca.methods.method import METHODS
from orca.models.assemble import Model
from orca.provenance import atomic, write_json
from orca.training.cell import Cell
from orca.training.record import digests, read_run
from orca.training.tensors import take_weights
from orca.training.validate import score

RECORDED = (
    "settings", "commit", "code", "device", "versions", "python", "platform", "inputs",
    "peak_memory_mb", "peak_gpu_memory_mb", "threads", "trained_parameters", "all_parameters",
    "body", "train_samples", "best_epoch", "finished", "alignment",
)  # fmt: skip


def trained_model(cell: Cell, run: Path) -> Model:
    """Return the model that a finished run ended with.

    Args:
        cell: task, body and settings of the run.
        run: its folder.

    Raises:
        StateError: if its record or its weights are missing or of another model.
    """
    record = read_run(run / "run.json")
    model = cell.model(METHODS[record["method"]], record["seed"])
    take_weights(model, run / "weights.safetensors")
    return model


def evaluate(  # noqa: PLR0913 (each is a place or a fact of its own)
    cell: Cell,
    seeds: Sequence[int],
    *,
    runs: Path,
    test: Path,
    scores: Path,
    hyperparameters: str,
    filed_under: str | None = None,
) -> None:
    """Write the score of each run, `seed<k>.json`.

    Args:
        cell: task, body and settings of the runs.
        seeds: of the runs.
        runs: folder of the finished runs.
        test: the test split.
        scores: folder for the scores.
        hyperparameters: where the runs' settings come from.
        filed_under: what stands for the body in the score, where the method chose it; the
            record tells which it was.
    """
    for seed in seeds:
        score = _score(cell, runs / f"seed{seed}", test, hyperparameters)
        score = score.model_copy(update={"body": filed_under or score.body})
        log.info("seed %d: %s %s", seed, score.metric, score.value)
        write_json(scores / f"seed{seed}.json", score.model_dump(mode="json"))


def _score(cell: Cell, run: Path, test: Path, hyperparameters: str) -> Score:
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
    with clock.part("evaluate"), Prepared(test, cell.task) as prepared:
        rows = prepared.rows("test")
        found = score(
            trained_model(cell, run),
            prepared,
            rows,
            metrics=(cell.task.metric, *cell.task.extra_metrics),
            batch_size=cell.settings.batch_size,
            device=cell.device,
        )
    return Score(
        **facts,
        value=found.pop(cell.task.metric),
        metrics=found,
        samples=len(rows),
        seconds=_seconds(record) | clock.seconds,
        record=kept | {"test": digests([test])},
    )


def _seconds(record: Mapping[str, Any]) -> dict[str, float]:
    """Return the seconds of stage two, where there was one, and of stage three's parts."""
    aligned = record["alignment"].get("seconds", {})
    return ({"align": sum(aligned.values())} if aligned else {}) | record["seconds"]


def predict_new(
    cell: Cell, run: Path, inputs: Float[np.ndarray, "n *input"]
) -> Float[np.ndarray, "n *output"]:
    """Return a finished run's predictions for inputs in the task's own units.

    Args:
        cell: task, body and settings of the run.
        run: its folder.
        inputs: as the task's `read` gives them, not normalised.
    """
    import torch

    model = trained_model(cell, run)
    model.eval()
    with Prepared(cell.prepared, cell.task) as prepared, torch.inference_mode():
        encoded = prepared.input_constants.encode(inputs)
        parts = [
            prepared.decode_targets(
                model(torch.from_numpy(encoded[start : start + 64]).to(cell.device))
                .float().cpu().numpy()
            )
            for start in range(0, len(encoded), 64)
        ]  # fmt: skip
    return np.concatenate(parts)


def predict_file(cell: Cell, *, run: Path, inputs: Path, output: Path) -> None:
    """Write a finished run's `predictions` for the array `inputs` of an npz file.

    Raises:
        DataError: if the file has no such array, or its samples are of another shape.
    """
    with np.load(inputs, allow_pickle=False) as arrays:
        if "inputs" not in arrays:
            raise DataError(
                where=str(inputs),
                what=f"it holds no array 'inputs', but {', '.join(arrays) or 'nothing'}",
                mend="save it with numpy.savez(path, inputs=...)",
            )
        new = arrays["inputs"].astype(np.float32)
    with Prepared(cell.prepared, cell.task) as prepared:
        wanted = prepared.input_shape
    if new.shape[1:] != wanted:
        raise DataError(
            where=f"{inputs}, inputs",
            what=f"samples of shape {new.shape[1:]} instead of {wanted}",
            mend="give the inputs as the task's `read` gives them, not normalised",
        )
    with atomic(output) as temporary, temporary.open("wb") as file:
        np.savez(file, predictions=predict_new(cell, run, new))
