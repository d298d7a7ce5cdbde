"""What alignment does to the embedder's features, task by task: `python benchmarks/embeddings.py`.

Reads what finished runs left under results/ (the demo's, by default) and prints, before and after
stage two: how well a linear model tells the task's targets from the features, which share of the
features' variance lies between the classes, and how wide they spread beside their mean. Means over
seeds, and their sample standard deviation.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from orca.alignment.source import Source
from orca.commands.options import read_task
from orca.data.store import Prepared
from orca.data.task import Classes
from orca.methods.method import METHODS
from orca.models.assemble import Model
from orca.models.body import BODIES
from orca.settings import FinetuneSettings, checked
from orca.training.cell import Cell
from orca.training.checkpoint import read_tensors
from orca.training.run_align import target_labels
from orca.training.tensors import load_trained


@dataclass(frozen=True)
class Look:
    """What is seen of an embedder.

    Args:
        probe_tokens: cross-validated score of a linear model on all tokens: accuracy for classes,
            R2 for fields.
        probe_mean: the same on the mean over tokens, which is what the distance sees.
        between: share of the mean features' variance that lies between (pseudo-)classes.
        spread: standard deviation of the mean features over the length of their mean.
    """

    probe_tokens: float
    probe_mean: float
    between: float
    spread: float


def probe(features: np.ndarray, targets: np.ndarray, *, classes: bool) -> float:
    """Return the score of a linear model by five-fold cross-validation."""
    head = LogisticRegression(max_iter=2000) if classes else RidgeCV(np.logspace(-2, 4, 7))
    scoring = "accuracy" if classes else "r2"
    pipeline = make_pipeline(StandardScaler(), head)
    return float(cross_val_score(pipeline, features, targets, cv=5, scoring=scoring).mean())


@torch.no_grad()
def look(model: Model, prepared: Prepared, labels: np.ndarray) -> Look:
    """Return what is seen of a model's embedder on all samples that may be trained on."""
    inputs, targets = prepared.read(prepared.rows("fit"))
    tokens = model.eval().embed(torch.from_numpy(inputs)).numpy()
    mean = tokens.mean(axis=1)
    centred = mean - mean.mean(axis=0)
    centres = np.stack([centred[labels == k].mean(axis=0) for k in range(labels.max() + 1)])
    between = np.square(centres[labels]).sum() / np.square(centred).sum()
    classes = isinstance(prepared.task.target, Classes)
    flat = targets if classes else targets.reshape(len(targets), -1)
    return Look(
        probe_tokens=probe(tokens.reshape(len(tokens), -1), flat, classes=classes),
        probe_mean=probe(mean, flat, classes=classes),
        between=float(between),
        spread=float(np.sqrt(np.square(centred).sum(1).mean()) / np.linalg.norm(mean.mean(0))),
    )


def cell_of(record: dict[str, Any]) -> Cell:
    """Return the cell that a run's record tells of, on the CPU."""
    asked = read_task(record["task_argument"])
    return Cell(
        task_name=asked.name,
        task=asked.task,
        body=record["body"],
        settings=checked(FinetuneSettings, record["settings"], where="run.json"),
        prepared=Path(record["prepared"]),
        weights=Path(record["weights"]),
        device=torch.device("cpu"),
    )


def looks(runs: Path) -> Iterator[tuple[str, Look]]:
    """Yield the embedder of each seed before and after alignment."""
    for run in sorted(runs.glob("seed*/run.json")):
        record = json.loads(run.read_text())
        cell, method = cell_of(record), METHODS["orca"]
        cached = runs.parents[3] / "source" / cell.body / f"{BODIES[cell.body].proxy}.safetensors"
        tensors, _ = read_tensors(cached)
        source = Source.of(tensors["features"], tensors["labels"])
        with Prepared(cell.prepared, cell.task) as prepared:
            labels = target_labels(cell, prepared, source, record["seed"])
            model = cell.model(method, record["seed"])
            yield "before", look(model, prepared, labels)
            weights, _ = read_tensors(run.parent / "embedder.safetensors")
            load_trained(model.embedder, weights, where=str(run.parent))
            yield "after", look(model, prepared, labels)


def main() -> None:
    """Print a row for each task, before and after alignment."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=Path, default=Path("results"))
    parser.add_argument("--body", default="minilm")
    parser.add_argument("--alignment", default="otdd")
    asked = parser.parse_args()
    titles = [field.name for field in fields(Look)]
    print("| task | embedder | " + " | ".join(titles) + " |")
    print("|---" * (2 + len(titles)) + "|")
    for runs in sorted(asked.results.glob(f"aligned/*/{asked.body}/{asked.alignment}")):
        seen: dict[str, list[Look]] = {}
        for state, one in looks(runs):
            seen.setdefault(state, []).append(one)
        for state, several in seen.items():
            table = np.array([astuple(one) for one in several])
            mean, spread = table.mean(axis=0), table.std(axis=0, ddof=1)
            cells = (f"{m:.3f} ± {s:.3f}" for m, s in zip(mean, spread, strict=True))
            print(f"| {runs.parts[-3]} | {state} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
