"""What was expected beside what was used."""

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest

from orca.grid import Grid
from orca.ledger import RECORD, WALL, jobs_of, ledger
from orca.plan import ORDER, planned_jobs

ROOT = Path(__file__).parents[1]
PUBLISHED = ROOT / "config/published"


@pytest.fixture(scope="module")
def grid() -> Grid:
    return Grid.read({"tables": ["table_11"], "seeds": 2}, ROOT / "config")


def record(results, step, seconds, **wildcards):
    """Leave what a finished run leaves: its record, and Snakemake's time of the job."""
    path = results / RECORD[step].format(**wildcards)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"seconds": {"train": seconds}}))
    wall = path.parents[1] / f"seed{wildcards['seed']}.tsv"
    wall.write_text(f"s\tmax_rss\n{seconds + 60}\t100\n")


def steps_of(grid, results):
    found = ledger(["table_11"], grid=grid, results=results, published=PUBLISHED)
    return {cost.step: cost for cost in found}


@pytest.mark.slow
@pytest.mark.parametrize("target", ["demo", "every_method", "table_9", "table_4"])
def test_it_counts_the_jobs_that_snakemake_plans(target, tmp_path):
    shutil.copytree(ROOT / "config", tmp_path / "config")
    planned, grid = planned_jobs(
        [f"results/tables/{target}.md"],
        snakefile=ROOT / "Snakefile", config_files=[], folder=tmp_path,
    )  # fmt: skip
    expected: Counter[str] = Counter()
    for job in planned:
        several = job.step.startswith("evaluate")
        expected[job.step] += len(job.outputs) if several else job.runs
    counted = Counter(job.step for job in jobs_of(grid, [target]))
    assert counted == {step: expected[step] for step in ORDER if expected[step]}


def test_without_a_run_there_is_nothing_to_tell(grid, tmp_path):
    assert steps_of(grid, tmp_path) == {}


def test_hours_used_stand_beside_those_expected_of_the_same_runs(grid, tmp_path):
    cell = {"task": "cifar100", "body": "swin_base"}
    for seed in (0, 1):
        record(tmp_path, "finetune", 3600.0 * 2.3, **cell, method="orca", seed=seed)
    record(tmp_path, "align", 1800.0, **cell, alignment="otdd", seed=0)
    steps = steps_of(grid, tmp_path)
    finetune, align = steps["finetune"], steps["align"]
    assert (finetune.jobs, finetune.done) == (20, 2)
    assert finetune.expected_of_done == pytest.approx(2 * 9.2)  # Table 11
    assert finetune.used == pytest.approx(2 * 2.3)
    assert finetune.ratio == pytest.approx(0.25)
    assert finetune.wall == pytest.approx(2 * (2.3 + 1 / 60))
    assert align.ratio == pytest.approx(0.5 / 1.6)
    assert finetune.told_by == "the paper"


def test_our_own_records_do_not_tell_what_was_expected(grid, tmp_path):
    record(tmp_path, "finetune", 36.0, task="ecg", body="roberta_base", method="orca", seed=0)
    assert "our records" not in steps_of(grid, tmp_path)["finetune"].told_by


def test_sizes_are_those_on_the_disk(grid, tmp_path):
    cell = {"task": "ecg", "body": "roberta_base", "method": "orca", "seed": 0}
    record(tmp_path, "finetune", 36.0, **cell)
    weights = tmp_path / "finetuned/ecg/roberta_base/orca/seed0/weights.safetensors"
    weights.write_bytes(b"0" * 1_000_000)
    cost = steps_of(grid, tmp_path)["finetune"]
    assert cost.used_gb == pytest.approx(0.001, rel=0.01)
    assert cost.expected_gb > 1


def test_every_step_of_a_plan_has_its_places():
    assert set(WALL) == set(RECORD) == set(ORDER)
