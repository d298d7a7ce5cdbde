"""`all` ends in every page: with a toy run in the place of each, and as far as it gets without data."""

import itertools
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from orca.commands.options import write_stamp
from orca.data.task import TASKS
from orca.evaluation.predictions import write_predictions
from orca.evaluation.score import Score, read_score
from orca.provenance import write_json
from orca.reporting.declared_figure import FIGURES
from orca.settings import merge
from orca.training.evaluate import evaluate
from orca.workflow import layout
from orca.workflow.jobs import Jobs
from orca.workflow.pages import Pages
from orca.workflow.runs import Runs
from tests.reporting.conftest import card_of_demo
from tests.training.toys import CLASSES, CPU, ToyRun, make_align, make_finetune, run, write_prepared
from tests.workflow.conftest import ROOT

pytestmark = pytest.mark.slow
RENDERING = ("tabulate", "plot_profile", "plot_ranks", "plot_alignment", "plot_figure", "report")


@pytest.fixture(scope="module")
def pages(place) -> Pages:
    own = [yaml.safe_load((ROOT / "config" / f"{n}.yaml").read_text()) for n in ("config", "demo")]
    return Pages(Jobs(Runs.read(merge(*own), place / "config")))


@pytest.fixture(scope="module")
def toy(tmp_path_factory) -> tuple[Path, Path, Score]:
    """The histories of a toy's alignment and fine-tuning, and its score."""
    folder = tmp_path_factory.mktemp("toy")
    (aligned,) = run(make_align(folder, record_exact_every=1), folder / "a")
    step = replace(make_finetune(folder, method="orca"), aligned=folder / "a/out")
    (tuned,) = run(step, folder / "f")
    test = write_prepared(folder / "test.h5", CLASSES, part="test")
    facts = {"task": "made_up", "body": "minilm", "method": "orca", "seed": 0}
    found = ToyRun(tuned, CPU, CLASSES, facts=facts)
    evaluate(found, tests=[test], hyperparameters="default", out=folder / "score.json")
    return aligned / "history.csv", tuned / "history.csv", read_score(folder / "score.json")


def write_jobs(place: Path, jobs, history: Path) -> None:
    """Write the history of each run of some jobs, and the jobs' stamps."""
    for folder, name in jobs:
        seeds = layout.seeds_of(name)
        for seed in seeds:
            (own := place / layout.run(folder, seed)).mkdir(parents=True, exist_ok=True)
            shutil.copy(history, own / "history.csv")
        write_stamp(str(place / folder), seeds, dict.fromkeys(seeds, {}))


def write_scores(place: Path, runs, score: Score) -> None:
    """Write a score for each run, as good as chance has it."""
    draw = np.random.default_rng(0)
    for one in runs:
        task = TASKS[one.task]
        own = {"metric": task.metric, "task_digest": task.digest, "value": draw.uniform(0.1, 0.5)}
        content = score.model_dump(mode="json") | one.model_dump() | own
        path = place / "results/scores" / one.score_file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content))  # thousands, so not with a wait for the disk each


def write_figure_inputs(place: Path, inputs, history: Path) -> None:
    """Write the predictions and the histories that a figure is drawn from."""
    for path, made_by in inputs.items():
        stamp = Path(made_by)
        if path.endswith(".npz"):
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            fields = np.random.default_rng(0).normal(size=(2, 4, 1, 32))
            write_predictions(place / path, *fields)
        elif path.endswith(".csv"):
            write_jobs(place, [(str(stamp.parent), stamp.stem)], history)


@pytest.fixture(scope="module")
def finished(place, pages, toy) -> Path:
    """A folder in which every run of every table and figure is there: each is the toy's."""
    aligned, tuned, score = toy
    runs, given = pages.jobs.runs, pages.jobs.runs.configuration
    for table in given.tables:  # seeds share jobs by table
        needed = runs.of_table(table)
        write_scores(place, needed, score)
        for *names, seeds in pages.shares(needed):
            for kind in ("scores", "finetuned"):
                write_jobs(place, [(layout.run_folder(kind, *names), seeds)], tuned)
        write_jobs(place, pages.alignments(table), aligned)
    for figure in given.figures:
        write_figure_inputs(place, pages._figure_inputs(FIGURES[figure]), aligned)
    for table in itertools.chain(*given.reports.values()):
        for name in {one.task for one in runs.of_table(table)}:
            write_json(place / "results/prepared" / name / "card.json", card_of_demo(name, name, 8))
    return place


def test_all_renders_every_page_of_finished_toy_runs(finished, pages, snakemake):
    snakemake("all", "--keep-going", "--quiet", "--allowed-rules", *RENDERING)
    wanted = pages.all_files()
    assert len(wanted) > 200
    assert [path for path in wanted if not (finished / path).stat().st_size] == []


def test_data_that_cannot_be_had_hold_up_the_pages_that_need_them_and_no_others(
    finished, snakemake
):
    needing, other = (f"results/tables/{name}.md" for name in ("table_18_carried", "table_6"))
    for page in (needing, other):
        (finished / page).unlink(missing_ok=True)
    shutil.rmtree(finished / "results/scores/openml_1510/none/linear_model_searched")
    task = TASKS["openml_1510"]
    lock = {f"{task.source}/{task.files[0].name}": "of another file"}
    write_json(finished / "results/raw/digests.json", lock)
    making = ("fetch", "prepare", "peer", *RENDERING)
    told = snakemake(needing, other, "--keep-going", "--allowed-rules", *making, fails=True)
    assert "when it was first seen" in told.stderr
    assert (finished / other).exists()
    assert not (finished / needing).exists()
    assert "snakemake from_scores" in told.stderr
