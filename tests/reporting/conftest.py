"""Score files, cards and histories like those of a finished demo, made up and seeded.

What training writes is written by its own code, from made-up losses and distances.
"""

import json
import random
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType, SimpleNamespace

import pytest
import torch

from orca.data.target import Classes, Field
from orca.data.task import TASKS, Samples, Task
from orca.evaluation.score import SCORE, Score
from orca.experiment import PROTOCOLS, Experiment
from orca.logs import Clock
from orca.methods.method import METHODS
from orca.provenance import write_json
from orca.reporting.axis import methods, tasks
from orca.reporting.declared_table import TABLES, Table
from orca.reporting.published import read_published
from orca.reporting.scores import ScoreFolder
from orca.reporting.tables import demos
from orca.reporting.tabulate import NO_RUNS, tabulate
from orca.training.align_loop import AlignLoop
from orca.training.evaluate import RECORDED
from orca.training.finetune_loop import FinetuneLoop, Position
from orca.training.optimizer import Optimizer
from orca.training.progress import Checkpoints, History
from orca.training.record import write_history, write_run
from orca.training.settings import AlignSettings, FinetuneSettings, OptimizerSettings

DEMO_TASKS = {
    "openml_1510": ("Breast cancer, Wisconsin (1510)", 30, 4.0),
    "openml_187": ("Wine (187)", 13, 2.0),
    "openml_61": ("Iris (61)", 4, 5.0),
    "pde_advection_simulated_128": ("Advection, simulated, 128 points", 128, 0.06),
    "pde_diffusion_sorption_simulated_128": ("Diffusion-sorption, simulated, 128", 128, 0.02),
}
DEMO_METHODS = {"scratch": 1.6, "finetune": 1.1, "fpt": 1.3, "orca": 1.0}


def experiment(*, bodies=None, seeds=3, tasks=None):
    """Return an experiment; with the demo's three seeds, its fields have two."""
    fields = [task for task in DEMO_TASKS if task.startswith("pde")] if seeds == 3 else []
    return Experiment(
        bodies=bodies or {"sequence": "minilm", "grid": "swin_tiny"},
        seeds=seeds,
        seeds_by_task=dict.fromkeys(fields, 2),
        tasks=tasks or {},
    )


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


def declare(monkeypatch, catalogue, declared, *, alone=True):
    """Declare things by name, each in a module of its own, beside what there is or alone."""
    found = {}
    for name, thing in declared.items():
        module = ModuleType(f"{catalogue.package}.{name}")
        setattr(module, catalogue.kind.upper(), thing)
        found[name] = (module, thing)
    monkeypatch.setitem(catalogue.__dict__, "_own_files", {})
    if alone:
        monkeypatch.setitem(catalogue.__dict__, "_files", [])
    found = found if alone else catalogue._found | found
    modules = {name: module for name, (module, _) in found.items()}
    monkeypatch.setitem(catalogue.__dict__, "_found", found)
    monkeypatch.setitem(catalogue.__dict__, "modules", modules)
    things = {name: thing for name, (_, thing) in found.items()}
    stand_ins = {t.variant_of: name for name, t in things.items() if t.as_published}
    monkeypatch.setitem(catalogue.__dict__, "_stand_ins", stand_ins)


def declare_demo(monkeypatch):
    made = {
        name: make_task(title, width, field_metric=name.startswith("pde"))
        for name, (title, width, _) in DEMO_TASKS.items()
    }
    declare(monkeypatch, TASKS, made)
    alone = Table(  # peers and printed numbers have tests of their own
        title="Demo",
        caption="Test scores.",
        rows=tasks(*DEMO_TASKS, body="minilm"),
        columns=methods(*DEMO_METHODS),
        has_rule=True,
    )
    monkeypatch.setitem(demos.TABLES, "demo", alone)


@pytest.fixture
def declared(monkeypatch):
    """Declare tasks for one test, and no others; a function that takes names and tasks."""
    return lambda **tasks: declare(monkeypatch, TASKS, tasks)


@pytest.fixture
def new_methods(monkeypatch):
    """Declare further methods for one test; a function that takes names and methods."""
    return lambda **methods: declare(monkeypatch, METHODS, methods, alone=False)


@pytest.fixture
def demo_tasks(monkeypatch):
    declare_demo(monkeypatch)


@cache
def run_record():
    """Return what a score keeps of a run's record, as the run wrote it."""
    settings = {"optimizer": OptimizerSettings(), "finetune": FinetuneSettings(epochs=12)}
    with TemporaryDirectory() as folder:
        path = Path(folder, "run.json")
        write_run(
            path,
            device=torch.device("cpu"),
            clock=Clock(),
            inputs={},
            settings={name: group.model_dump(mode="json") for name, group in settings.items()},
            alignment={},
        )
        record = json.loads(path.read_text()) | {"commit": "0123456789ab"}
    return {name: record[name] for name in RECORDED if name in record}


def score_of(task, method, seed, value, *, body="minilm", record=None, **changes):
    """Return a score's content, as `evaluate` writes it."""
    declared = TASKS.get(task)
    content = {
        "task_digest": declared.digest if declared else "0" * 16,
        "selection": "last_epoch",
        "hyperparameters": "default",
        "metric": declared.metric if declared else "nrmse",
        "samples": 30,
        "seconds": {"align": 1.5, "train": 6.0, "evaluate": 0.2},
        **changes,
    }
    score = Score(
        task=task,
        body=body,
        method=method,
        seed=seed,
        value=value,
        record=run_record() | (record or {}),
        **content,
    )
    return score.model_dump(mode="json")


def write_score(scores: Path, content: dict) -> Path:
    folder = scores / content["task"] / content["body"] / content["method"]
    path = folder / f"seed{content['seed']}" / SCORE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path


@pytest.fixture(scope="session")
def numbers_of_papers(pytestconfig):
    """The papers' numbers that the repository holds."""
    return read_published(pytestconfig.rootpath / "config" / "published")


@pytest.fixture(scope="session")
def fill(numbers_of_papers):
    """Fill a table from scores; without any, as published. A function that takes its name."""

    def filled(name, scores=Path("nowhere"), experiment=None, published=numbers_of_papers):
        return TABLES[name].fill(name, ScoreFolder(scores), published, experiment or NO_RUNS)

    return filled


@pytest.fixture
def demo_scores(tmp_path, demo_tasks):
    """Folder of a finished demo's score files."""
    return write_demo_scores(tmp_path / "results" / "scores")


def write_demo_scores(scores):
    numbers = random.Random(0)
    for task, (_, _, error) in DEMO_TASKS.items():
        for method, factor in DEMO_METHODS.items():
            for seed in experiment().seeds_of(task, "minilm"):
                value = error * factor * numbers.uniform(0.9, 1.1)
                write_score(scores, score_of(task, method, seed, value))
    assert set(DEMO_METHODS) <= set(METHODS)
    return scores


def write_align_history(path, distances):
    """Write the history of a stage two that comes to these distances, epoch by epoch."""
    loop = SimpleNamespace(
        model=torch.nn.Identity(),
        settings=AlignSettings(),
        optimizer=Optimizer([], OptimizerSettings()),
        rate=1e-3,
        schedule=SimpleNamespace(factor=lambda epoch: 1.0),
        seed=0,
        history=History(),
        _calls=lambda draws, size: [SimpleNamespace(samples=None, labels=None, weight=1.0)],
        samples=None,
        _with_features=lambda calls, samples: ((call, None) for call in calls),
        _check=lambda distance, epoch, call: None,
        _step=lambda: None,
    )
    for epoch, distance in enumerate(distances):
        loop._distance = lambda *given, value=distance: torch.tensor(value, requires_grad=True)
        AlignLoop._train_epoch(loop, epoch, {})
    write_history(path, loop.history.rows)


def write_finetune_history(path, losses, *, validated_every=2):
    """Write the history of a stage three that comes to these losses, epoch by epoch."""
    loop = SimpleNamespace(
        batches=SimpleNamespace(per_epoch=1),
        _rate=lambda epoch, batch: 1e-3,
        _last_step=0,
        settings=FinetuneSettings(epochs=len(losses)),
        validation=SimpleNamespace(due=lambda epoch, epochs: epoch % validated_every == 0),
        progress=Position(),
        checkpoints=Checkpoints(),
        history=History(),
        report=lambda epoch, error: None,
    )
    for epoch, loss in enumerate(losses):
        loop.progress.loss_sum = loss
        loop._validate = lambda epoch, value=loss: (10 * value, 10 * value)
        FinetuneLoop._end_epoch(loop, epoch)
    write_history(path, loop.history.rows)


def card_of_demo(task, title, width):
    """Return a card with the keys that `prepare` writes."""
    declared = make_task(title, width)
    facts = ("title", "suite", "origin", "differs", "loss", "pooling", "metric")
    return {
        "task": task,
        **{name: getattr(declared, name) for name in facts},
        "task_digest": "0" * 16,
        "variant_of": "",
        "input_shape": [1, width],
        "input_type": "float32",
        "target": {"kind": "Classes", "shape": [], "count": 3, "names": ["a", "b", "c"]},
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


def write_demo_results(results):
    """Write a finished demo: scores, cards, histories."""
    write_demo_scores(results / "scores")
    numbers = random.Random(1)
    for task, (title, width, _) in DEMO_TASKS.items():
        write_json(results / "prepared" / task / "card.json", card_of_demo(task, title, width))
        for seed in (0, 1):
            aligned, finetuned = results / "aligned" / task, results / "finetuned" / task
            distances = [40 * 0.8**epoch + 5 + numbers.random() for epoch in range(10)]
            write_align_history(aligned / f"minilm/otdd/seed{seed}/history.csv", distances)
            for method in DEMO_METHODS:
                losses = [2 * 0.7**epoch + 0.05 * numbers.random() for epoch in range(12)]
                path = finetuned / f"minilm/{method}/seed{seed}/history.csv"
                write_finetune_history(path, losses)
    return results


@pytest.fixture(scope="session")
def report_of():
    """Write the report of a results folder; a function that takes it and the report's file."""
    from orca.reporting.prediction_pages import Folders
    from orca.reporting.report import write_report

    def written(results, out, **settings):
        write_report(
            out,
            tables=[results / "tables" / "demo.json"],
            folders=Folders(
                figures=results / "figures",
                prepared=results / "prepared",
                scores=results / "scores",
            ),
            histories=sorted((results / "finetuned").glob("*/*/*/seed*/history.csv")),
            settings=settings,
            experiment=Experiment(),
        )

    return written


@pytest.fixture
def published(tmp_path):
    """An empty folder of published numbers."""
    folder = tmp_path / "published"
    folder.mkdir()
    return folder


def cell_of(table, row, column):
    """Return the cell of a filled table by the names of its row and column."""
    rows, columns = ([head.name for head in heads] for heads in (table.rows, table.columns))
    return table.cells[rows.index(row)][columns.index(column)]


@pytest.fixture
def make():
    """Helpers that tests call: experiments, tasks, scores, cells, histories."""
    return SimpleNamespace(
        experiment=experiment,
        task=make_task,
        score=score_of,
        write=write_score,
        cell=cell_of,
        align_history=write_align_history,
    )


@pytest.fixture(scope="session")
def tabulated(tmp_path_factory):
    """A finished demo's results with table and figures made; for reading only."""
    from orca.reporting.history_drawing import plot_alignment
    from orca.reporting.profiles import plot_profile

    results = tmp_path_factory.mktemp("demo") / "results"
    out = results / "tables"
    nothing = results / "published"
    with pytest.MonkeyPatch.context() as monkeypatch:
        declare_demo(monkeypatch)
        write_demo_results(results)
        nothing.mkdir()
        tabulate(
            "demo",
            scores=results / "scores",
            out=out,
            published=nothing,
            experiment=experiment(),
        )
        plot_profile(out / "demo.json", results / "figures" / "demo_profile", PROTOCOLS["sound"])
        histories = sorted((results / "aligned").glob("*/*/*/*/history.csv"))
        plot_alignment(histories, results / "figures" / "demo_alignment", PROTOCOLS["sound"])
    return results
