"""The whole way for real, on a small part of the demo."""

import json
import re
import shutil
import subprocess
import sys

import pytest
import yaml

from tests.workflow.conftest import ROOT

pytestmark = pytest.mark.slow
TABLE = "results/tables/demo.md"


@pytest.fixture(scope="module")
def small(place):
    """Make every run short: the way is what is tested."""
    path = place / "config/hyperparameters.yaml"
    content = yaml.safe_load(path.read_text())
    content["defaults"]["minilm"] |= {
        "finetune": {"epochs": 2, "warmup_epochs": 1},
        "align": {"epochs": 3},
    }
    content["tasks"] = {}
    path.write_text(yaml.safe_dump(content))
    demo = place / "config/demo.yaml"
    choices = yaml.safe_load(demo.read_text())
    choices["seeds_by_body"] = {"minilm": 2}
    choices["peers"] = {"fno_short": {"epochs": 2}}
    choices["tuning_by_body"] = {"minilm": {"trials": 2, "min_epochs": 1, "max_epochs": 2}}
    demo.write_text(yaml.safe_dump(choices))
    return place


@pytest.fixture(scope="module")
def told(small, snakemake):
    return snakemake("demo", "--verbose").stderr


@pytest.fixture(scope="module")
def done(small, told):
    return small


def test_waiting_jobs_are_weighed_when_a_job_ends_and_not_every_second(told):
    ended = told.count("Finished jobid:")
    assert ended > 30
    assert told.count("Ready jobs:") <= 2 * ended


def test_the_demo_ends_with_a_table_figures_and_a_report(done):
    table = (done / TABLE).read_text()
    assert "not run" not in table
    for name in ("demo_profile.svg", "demo_profile.png", "demo_alignment.pdf"):
        assert (done / "results/figures" / name).stat().st_size > 1000
    report = (done / "results/report.html").read_text()
    assert "<table" in report
    assert "Training loss" in report
    assert not re.search(r"(src|href)=\"https?://[^\"]+\.(js|css|png|woff2?)\"", report)


def test_a_second_demo_does_nothing(done, snakemake):
    assert "Nothing to be done" in (said := snakemake("demo")).stdout + said.stderr


def test_the_demo_s_time_is_told_by_step(done):
    command = [sys.executable, ROOT / "benchmarks/demo.py", "results"]
    told = subprocess.run(command, cwd=done, capture_output=True, text=True, check=True).stdout
    rows = {line.split()[0]: line.split()[1:] for line in told.splitlines()}
    for step in ("tune", "align", "finetune", "evaluate", "peer"):
        _, _, _, useful = map(float, rows[step])
        assert useful > 0


def test_every_run_leaves_a_record_of_where_it_comes_from(done):
    record = json.loads(
        (done / "results/finetuned/openml_54/minilm/orca/seed1/run.json").read_text()
    )
    assert record["inputs"]["results/prepared/openml_54/fit.h5"]
    assert record["inputs"][
        "results/aligned/openml_54/minilm/otdd-pretrained/seed1/embedder.safetensors"
    ]
    assert record["settings"]["finetune"]["epochs"] == 2
    assert record["seconds"]["train"] > 0


def test_the_bodies_of_a_task_are_listed_by_their_distance_after_alignment(done, snakemake):
    snakemake("results/aligned/openml_54/minilm/otdd-random/seed0.json")
    command = [sys.executable, "-m", "orca", "bodies", "openml_54"]
    told = subprocess.run(command, cwd=done, capture_output=True, text=True, check=True).stdout
    lines = told.splitlines()
    assert lines[0] == "otdd-pretrained"
    assert lines[1].split()[0::2] == ["minilm", "2"]
    assert lines[2] == "otdd-random"


def test_one_task_s_new_setting_reruns_that_task_alone(done, snakemake):
    path = done / "config/hyperparameters.yaml"
    before = path.read_text()
    content = yaml.safe_load(before)
    content["tasks"] = {"openml_54": {"optimizer": {"weight_decay": 0.125}}}
    path.write_text(yaml.safe_dump(content))
    planned = snakemake("results/tables/demo.md", "-n").stdout
    path.write_text(before)
    assert "task=openml_54" in planned
    assert "task=openml_50" not in planned


def test_finished_runs_make_tables_without_data_weights_or_metadata(done, snakemake, tmp_path):
    wanted = (done / TABLE).read_text()
    moved = tmp_path / "aside"
    moved.mkdir()
    kept = {"scores", "aligned", "prepared"}
    shutil.move(done / ".snakemake", moved / ".snakemake")
    for folder in (done / "results").iterdir():
        if folder.name not in kept:
            shutil.move(folder, moved / folder.name)
    try:
        snakemake("results/tables/demo.md", "--allowed-rules", "tabulate")
        assert (done / TABLE).read_text() == wanted
    finally:
        for folder in moved.iterdir():
            place = done if folder.name == ".snakemake" else done / "results"
            shutil.rmtree(place / folder.name, ignore_errors=True)
            shutil.move(folder, place / folder.name)


def test_a_score_cut_short_is_named_with_the_mend(done, snakemake):
    path = done / "results/scores/openml_54/minilm/scratch/seed0/score.json"
    whole = path.read_text()
    path.write_text(whole[:50])
    snakemake(TABLE, "--allowed-rules", "tabulate", "--force", fails=True)
    log = (done / "results/logs/tabulate/demo.log").read_text()
    path.write_text(whole)
    assert "scratch/seed0/score.json" in log
    assert "Mend:" in log
