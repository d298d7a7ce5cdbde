"""What a plan counts, and where its hours are from."""

import json
import shutil
from pathlib import Path

import pytest

from orca.errors import SettingsError
from orca.grid import Grid
from orca.plan import Hours, Job, body_gb, downloads, kept, plan, planned_jobs
from orca.reporting.published import read_published

ROOT = Path(__file__).parents[1]
PUBLISHED = ROOT / "config/published"
CANDIDATES = ("roberta_base", "swin_base")
TABLE = "results/tables/table_11.md"


@pytest.fixture
def place(tmp_path) -> Path:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    return tmp_path


@pytest.fixture(scope="module")
def grid() -> Grid:
    return Grid.read({"tables": ["demo"]}, ROOT / "config")


def hours(grid, results=Path("nowhere")) -> Hours:
    return Hours(grid, results, read_published(PUBLISHED))


def job(step: str, task: str, body: str, **which: str) -> Job:
    return Job(step, {"task": task, "body": body, **which}, ("run.json",))


def test_a_plan_has_the_jobs_of_the_dry_run(place):
    jobs, grid = planned_jobs(
        ["results/scores/cifar100/swin_base/orca/seed0.json"],
        snakefile=ROOT / "Snakefile", config_files=[], folder=place,
    )  # fmt: skip
    steps = [each.step for each in jobs]
    assert steps.count("fetch") == 2
    for step in ("prepare", "embed_source", "source_terms", "align", "finetune", "evaluate"):
        assert steps.count(step) == 1
    assert grid.choices.seeds == 5


def test_a_plan_is_told_in_hours_and_gigabytes(place):
    text = plan(
        [TABLE], snakefile=ROOT / "Snakefile", config_files=[], folder=place, published=PUBLISHED
    )
    assert "the paper" in text
    assert "To download" in text
    assert "GB of prepared data and weights" in text


def test_a_target_that_is_not_there_is_an_error(place):
    with pytest.raises(SettingsError, match="cannot plan"):
        planned_jobs(["nothing"], snakefile=ROOT / "Snakefile", config_files=[], folder=place)


def test_the_papers_hours_come_before_an_estimate(grid):
    of = hours(grid).of
    assert of(job("finetune", "cifar100", "swin_base", method="orca")) == (9.2, "the paper")
    assert of(job("align", "cifar100", "swin_base", alignment="otdd")) == (1.6, "the paper")
    assert of(job("finetune", "cifar100", "swin_base", method="fpt")) == (7.1, "the paper")
    assert of(job("finetune", "cifar100", "swin_tiny", method="orca"))[1] == "estimated"
    assert of(job("align", "cifar100", "swin_base", alignment="mmd"))[1] == "estimated"


def test_hours_that_count_stage_two_in_are_told_without_it(grid):
    layernorm, _ = hours(grid).of(job("finetune", "cifar100", "swin_base", method="orca_layernorm"))
    assert layernorm == pytest.approx(8.7 - 1.6)


def test_a_run_whose_body_is_chosen_takes_what_the_slowest_candidate_takes(grid):
    chosen = Job("finetune_chosen", {"task": "spherical", "method": "orca_auto"}, ("run.json",))
    given = (job("finetune", "spherical", body, method="orca_auto") for body in CANDIDATES)
    assert hours(grid).of(chosen)[0] == max(hours(grid).of(each)[0] for each in given) > 0
    stays, without = kept([chosen], grid, Path("nowhere"), PUBLISHED)
    assert stays == max(body_gb(body, Path("nowhere"), PUBLISHED) for body in CANDIDATES)
    assert not without


def test_our_own_records_come_first(grid, tmp_path):
    for seed, seconds in enumerate((3600.0, 7200.0)):
        run = tmp_path / f"finetuned/cifar100/swin_base/orca/seed{seed}/run.json"
        run.parent.mkdir(parents=True)
        run.write_text(json.dumps({"seconds": {"train": seconds - 60, "validate": 60.0}}))
    of = hours(grid, tmp_path).of
    assert of(job("finetune", "cifar100", "swin_base", method="orca")) == (1.5, "our records")
    assert of(job("finetune", "cifar100", "swin_base", method="fpt"))[1] == "the paper"


def test_estimates_lie_within_a_factor_of_four_of_the_papers_hours(grid):
    known = hours(grid)
    for (task, body, method, metric), printed in known._printed.items():
        if (method, metric) == ("orca", "fine_tuning_stage_hours"):
            estimated = known._estimated("finetune", task, body, "orca")
            assert printed / 4 < estimated < printed * 4, task


def test_downloads_and_what_stays_are_counted(grid):
    jobs = [
        Job("fetch", {"source": grid.source_of("cifar100")}, ()),
        Job("prepare", {"task": "cifar100"}, ()),
        job("finetune", "cifar100", "swin_base", method="orca"),
    ]
    size, unknown = downloads(jobs, grid)
    assert size > 0.1 or unknown
    stays, without = kept(jobs, grid, Path("nowhere"), PUBLISHED)
    assert stays == pytest.approx(50_000 * 3 * 32 * 32 * 4 / 1e9 + 0.352, rel=0.1)
    assert not without


def test_the_weights_on_disk_tell_a_bodys_size(tmp_path):
    assert body_gb("minilm", tmp_path, PUBLISHED) is None
    assert body_gb("roberta_base", tmp_path, PUBLISHED) == pytest.approx(0.5)
    (tmp_path / "bodies/minilm").mkdir(parents=True)
    (tmp_path / "bodies/minilm/model.safetensors").write_bytes(b"0" * 2_000_000)
    assert body_gb("minilm", tmp_path, PUBLISHED) == 0.002
