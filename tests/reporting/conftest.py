"""Score files, cards and histories like those of a finished demo, made up and seeded."""

import json
import random
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from orca.data.task import TASKS, Classes, Field, Samples, Task
from orca.methods.method import METHODS

DEMO_TASKS = {
    "openml_1510": ("Breast cancer, Wisconsin (1510)", 30, 4.0),
    "openml_187": ("Wine (187)", 13, 2.0),
    "openml_61": ("Iris (61)", 4, 5.0),
    "pde_advection_simulated_128": ("Advection, simulated, 128 points", 128, 0.06),
    "pde_diffusion_sorption_simulated_128": ("Diffusion-sorption, simulated, 128", 128, 0.02),
}
DEMO_METHODS = {"scratch": 1.6, "finetune": 1.1, "fpt": 1.3, "orca": 1.0}


@dataclass(frozen=True)
class Chosen:
    bodies: dict[str, str] = field(
        default_factory=lambda: {"sequence": "minilm", "grid": "swin_tiny"}
    )
    seeds: int = 3
    tasks: dict[str, dict] = field(default_factory=dict)

    def seeds_of(self, task: str, body: str) -> tuple[int, ...]:
        return tuple(range(2 if task.startswith("pde") and self.seeds == 3 else self.seeds))


def make_task(title="A task", width=4, *, field_metric=False, suite="demo", grid=False, metric=""):
    shape = (3, width, width) if grid else (1, width)
    return Task(
        title=title,
        suite=suite,
        origin="made up for a test",
        input_shape=shape,
        target=Field(grid=(width,)) if field_metric else Classes(count=3),
        samples=Samples(train=60, validation=10, test=30),
        loss="relative_l2" if field_metric else "cross_entropy",
        metric=metric or ("nrmse" if field_metric else "zero_one_error_pct"),
        files=(),
        source="test",
    )


def declare(monkeypatch, **tasks):
    found = {
        name: (SimpleNamespace(__name__=f"orca.data.tasks.{name}"), task)
        for name, task in tasks.items()
    }
    monkeypatch.setitem(TASKS.__dict__, "_found", found)
    monkeypatch.delitem(TASKS.__dict__, "modules", raising=False)


def declare_demo(monkeypatch):
    tasks = {
        name: make_task(title, width, field_metric=name.startswith("pde"))
        for name, (title, width, _) in DEMO_TASKS.items()
    }
    declare(monkeypatch, **tasks)


@pytest.fixture
def declared(monkeypatch):
    """Declare tasks for one test, and no others; a function that takes names and tasks."""
    return partial(declare, monkeypatch)


@pytest.fixture
def demo_tasks(monkeypatch):
    declare_demo(monkeypatch)


def score_of(task, method, seed, value, *, body="minilm", **changes):
    """Return a score's content, as `evaluate` writes it."""
    content = {
        "format": 1,
        "task": task,
        "body": body,
        "method": method,
        "seed": seed,
        "status": "ok",
        "task_digest": TASKS[task].digest if task in TASKS else "0" * 16,
        "selection": "last_epoch",
        "hyperparameters": "default",
        "metric": TASKS[task].metric if task in TASKS else "nrmse",
        "value": value,
        "samples": 30,
        "seconds": {"align": 1.5, "train": 6.0, "evaluate": 0.2},
        "record": {
            "commit": "0123456789ab",
            "device": "cpu",
            "python": "3.11.2",
            "settings": {"learning_rate": 1e-3, "epochs": 12},
            "versions": {"torch": "2.13.0", "numpy": "2.3.1"},
        },
    }
    return {**content, **changes}


def write_score(scores: Path, content: dict) -> Path:
    path = scores / content["task"] / content["body"] / content["method"]
    path.mkdir(parents=True, exist_ok=True)
    path = path / f"seed{content['seed']}.json"
    path.write_text(json.dumps(content))
    return path


@pytest.fixture
def demo_scores(tmp_path, demo_tasks):
    """Folder of a finished demo's score files."""
    return write_demo_scores(tmp_path / "results" / "scores")


def write_demo_scores(scores):
    numbers = random.Random(0)
    for task, (_, _, error) in DEMO_TASKS.items():
        for method, factor in DEMO_METHODS.items():
            for seed in Chosen().seeds_of(task, "minilm"):
                value = error * factor * numbers.uniform(0.9, 1.1)
                write_score(scores, score_of(task, method, seed, value))
    assert set(DEMO_METHODS) <= set(METHODS)
    return scores


def write_demo_results(results):
    """Write a finished demo: scores, cards, histories."""
    write_demo_scores(results / "scores")
    numbers = random.Random(1)
    for task, (title, width, _) in DEMO_TASKS.items():
        card = results / "prepared" / task / "card.json"
        card.parent.mkdir(parents=True)
        card.write_text(
            json.dumps(
                {
                    "task": task,
                    "title": title,
                    "suite": "demo",
                    "origin": "made up for a test",
                    "task_digest": "0" * 16,
                    "variant_of": "",
                    "differs": "",
                    "input_shape": [1, width],
                    "input_type": "float32",
                    "target": {
                        "kind": "Classes",
                        "shape": [],
                        "count": 3,
                        "names": ["a", "b", "c"],
                    },
                    "loss": "cross_entropy",
                    "metric": "zero_one_error_pct",
                    "parts": {
                        "train": {"samples": 60, "per_class": [30, 20, 10]},
                        "test": {"samples": 30, "per_class": [10, 10, 10]},
                    },
                    "normalisation": {
                        "inputs": {"shape": [1, width], "mean": [-0.5, 3.2], "std": [0.1, 2]},
                        "targets": {"shape": [1], "mean": [0, 0], "std": [1, 1]},
                    },
                    "inputs": {"min": -3.2, "max": 4.1, "mean": 0.0},
                    "raw_files": [{"name": "data.csv", "bytes": 12345, "sha256": "0" * 64}],
                }
            )
        )
        for seed in (0, 1):
            folder = results / "aligned" / task / "minilm" / "otdd" / f"seed{seed}"
            folder.mkdir(parents=True)
            lines = ["epoch,loss,value,seconds"]
            for epoch in range(10):
                value = 40 * 0.8**epoch + 5 + numbers.random()
                lines.append(f"{epoch},{value - 3},{value},{0.2}")
            (folder / "history.csv").write_text("\n".join(lines) + "\n")
            for method in DEMO_METHODS:
                folder = results / "finetuned" / task / "minilm" / method / f"seed{seed}"
                folder.mkdir(parents=True)
                lines = ["epoch,train_loss,validation_metric,learning_rate,seconds"]
                for epoch in range(12):
                    loss = 2 * 0.7**epoch + 0.05 * numbers.random()
                    lines.append(f"{epoch},{loss},{10 * loss},0.001,0.5")
                (folder / "history.csv").write_text("\n".join(lines) + "\n")
    return results


@pytest.fixture(scope="session")
def steps():
    """What the steps of a demo were expected to cost, and what they used."""
    from orca.reporting.records import StepCost

    nothing = dict.fromkeys(("expected", "expected_of_done", "expected_gb", "used_gb"))
    prepare = StepCost(**nothing, step="prepare", jobs=5, done=5, told_by="", used=0.01, wall=0.01)
    finetune = StepCost(
        step="finetune", jobs=52, done=26, expected=2.0, expected_of_done=1.0, told_by="paper 52",
        used=0.25, wall=0.5, expected_gb=4.7, used_gb=2.35,
    )  # fmt: skip
    return [prepare, finetune]


@pytest.fixture
def published(tmp_path):
    """An empty folder of published numbers."""
    folder = tmp_path / "published"
    folder.mkdir()
    return folder


@pytest.fixture
def make():
    """Helpers that tests call: choices, tasks, scores."""
    return SimpleNamespace(
        Choices=Chosen, task=make_task, score=score_of, write=write_score, methods=DEMO_METHODS
    )


@pytest.fixture(scope="session")
def tabulated(tmp_path_factory):
    """A finished demo's results with table and figures made; for reading only."""
    from orca.reporting.figures import plot_alignment, plot_profile
    from orca.reporting.tabulate import tabulate

    results = tmp_path_factory.mktemp("demo") / "results"
    out = results / "tables"
    nothing = results / "published"
    with pytest.MonkeyPatch.context() as monkeypatch:
        declare_demo(monkeypatch)
        write_demo_results(results)
        nothing.mkdir()
        tabulate("demo", scores=results / "scores", out=out, published=nothing, choices=Chosen())
        plot_profile(out / "demo.json", results / "figures" / "demo_profile")
        histories = sorted((results / "aligned").glob("*/*/*/*/history.csv"))
        plot_alignment(histories, results / "figures" / "demo_alignment")
    return results
