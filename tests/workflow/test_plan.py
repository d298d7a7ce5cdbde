"""What a plan counts, and where its hours are from."""

import json
from pathlib import Path

import pytest

from orca.data.status import downloads, fallbacks
from orca.errors import SettingsError
from orca.reporting.published import read_published
from orca.workflow.plan import Hours, Job, missing_files, plan, planned_jobs
from orca.workflow.runs import Runs
from tests.workflow.conftest import ROOT

TABLE = "results/tables/table_11.md"


@pytest.fixture(scope="module")
def runs() -> Runs:
    return Runs.read({"tables": ["demo"]}, ROOT / "config")


def hours(runs, folder=Path("nowhere")) -> Hours:
    return Hours(runs, folder)


def job(step: str, task: str, body: str, **which: str) -> Job:
    return Job(step, {"task": task, "body": body, "seeds": "seed0", **which})


def test_a_plan_has_the_jobs_of_the_dry_run(place):
    jobs, runs = planned_jobs(
        ["results/scores/cifar100/swin_base/orca/seed0.json"],
        snakefile=ROOT / "Snakefile", config_files=[], folder=place,
    )  # fmt: skip
    steps = [each.step for each in jobs]
    assert steps.count("fetch") == 2
    for step in ("prepare", "embed_source", "source_terms", "align", "finetune", "evaluate"):
        assert steps.count(step) == 1
    assert runs.configuration.seeds == 5


def test_a_plan_is_told_in_hours_and_gigabytes(place):
    text = plan([TABLE], snakefile=ROOT / "Snakefile", config_files=[], folder=place)
    assert "estimated" in text
    assert "To download" in text


def test_a_target_that_is_not_there_is_an_error(place):
    with pytest.raises(SettingsError, match="cannot plan"):
        planned_jobs(["nothing"], snakefile=ROOT / "Snakefile", config_files=[], folder=place)


def test_a_plan_outside_of_the_repository_says_where_to_go(place):
    with pytest.raises(SettingsError, match="change to the repository's folder"):
        plan([TABLE], snakefile=place / "Snakefile", config_files=[], folder=place)


def test_our_own_records_come_first(runs, tmp_path):
    for seed, seconds in enumerate((3600.0, 7200.0)):
        run = tmp_path / f"results/finetuned/cifar100/swin_base/orca/seed{seed}/run.json"
        run.parent.mkdir(parents=True)
        run.write_text(json.dumps({"seconds": {"train": seconds - 60, "validate": 60.0}}))
    of = hours(runs, tmp_path).of
    assert of(job("finetune", "cifar100", "swin_base", method="orca")) == (1.5, "our records")
    assert of(job("finetune", "cifar100", "swin_base", method="fpt"))[1] == "estimated"


def test_a_job_has_as_many_runs_as_seeds():
    assert job("finetune", "cifar100", "swin_base", seeds="seeds0-4").runs == 5


def test_estimates_lie_within_a_factor_of_four_of_the_papers_hours(runs):
    printed = [n for n in read_published(ROOT / "config/published").numbers if n.method == "orca"]
    printed = [n for n in printed if n.metric == "fine_tuning_stage_hours"]  # Table 11
    assert len(printed) == 10
    for number in printed:
        estimated, _ = hours(runs).of(job("finetune", number.task, number.body, method="orca"))
        assert float(number.value) / 4 < estimated < float(number.value) * 4, number.task


def test_downloads_are_counted(runs):
    size, unknown = downloads(
        missing_files([Job("fetch", {"source": runs.source_of("cifar100")})], runs)
    )
    assert size > 0.1 or unknown


def test_an_archive_that_replaces_refusing_servers_is_told_once_with_its_size_and_not_counted(runs):
    jobs = [Job("fetch", {"source": name}) for name in ("ninapro", "psicov", "ecg")]
    size, _ = downloads(missing_files(jobs, runs))
    assert size < 10
    told = fallbacks(missing_files(jobs, runs))
    assert "nb360.tar, 40.0 GB, for ninapro, psicov" in told
    assert "train-data.tar.gz, of unstated size, for psicov" in told
    assert "ecg" not in told


def test_an_archive_that_is_the_only_way_to_its_files_is_counted_once(runs):
    jobs = [Job("fetch", {"source": "deepsea_919"})]
    assert downloads(missing_files(jobs, runs)) == (0, 1)
    assert fallbacks(missing_files(jobs, runs)) == ""
