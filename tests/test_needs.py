"""What jobs ask for: by the task's size, more at each attempt, never more than there is."""

import inspect
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from orca import sizes
from orca.data.task import TASKS
from orca.grid import Grid
from orca.jobs import Jobs
from orca.needs import Needs
from orca.packs import packs_of
from orca.targets import check_targets

CONFIG = Path(__file__).parents[1] / "config"


def grid(**choices) -> Grid:
    return Grid.read({"tables": ["demo"], **choices}, CONFIG)


def cell(task: str, body: str = "swin_base", method: str = "orca") -> SimpleNamespace:
    return SimpleNamespace(task=task, body=body, method=method, alignment="otdd")


@pytest.mark.parametrize("need", ["train_mb", "evaluate_mb", "prepare_mb", "finetune_minutes"])
def test_a_second_attempt_gets_more_up_to_what_there_is(need):
    asked = [getattr(Needs(grid()), need)(cell("cifar100"), attempt=n) for n in (1, 2, 50)]
    assert asked[0] < asked[1] < asked[2]
    assert asked[2] == (2880 if need.endswith("minutes") else 64_000)


def test_larger_tasks_get_more_time_and_memory():
    needs = Needs(grid())
    small, large = cell("darcy_flow"), cell("cifar100")
    assert needs.prepare_mb(small, attempt=1) < needs.prepare_mb(large, attempt=1)
    assert needs.finetune_minutes(small, attempt=1) < needs.finetune_minutes(large, attempt=1)


def test_seeds_that_share_a_job_get_their_time_together():
    needs = Needs(grid(longest_job_minutes=100_000))
    one, five = (needs.finetune_minutes(cell("cifar100"), attempt=1, seeds=n) for n in (1, 5))
    assert five - 30 == pytest.approx(5 * (one - 30), abs=5)


def test_long_runs_do_not_share_a_job():
    packs = packs_of(grid(seeds_per_job=5, hours_per_job=8))
    shared = {
        task: len(pack.seeds) for pack in packs if "swin_base" in pack.bodies for task in pack.tasks
    }
    assert shared["ninapro"] > 1
    alone = [pack for pack in packs[1:] if "cifar100" in pack.tasks and "swin_base" in pack.bodies]
    assert not alone


@pytest.mark.parametrize("after", ["/minilm", ".minilm"])  # in a folder's name, in a log's
def test_a_pack_takes_its_own_tasks_alone(after):
    packs = packs_of(grid(seeds_per_job=5, hours_per_job=8))
    assert len(packs) > 1
    for pack in packs[1:]:
        pattern = re.compile(f"({pack.constraints['task']}){re.escape(after)}")
        taken = {task for task in packs[0].tasks if pattern.fullmatch(task + after)}
        assert taken == set(pack.tasks)


def test_a_cpu_run_asks_for_no_gpu_and_for_more_time():
    with_gpu, without = Needs(grid(gpu_model="a100")), Needs(grid(device="cpu", gpu_model="a100"))
    assert (with_gpu.gpu, with_gpu.gpu_model) == (1, "a100")
    assert (without.gpu, without.gpu_model, without.finetune_gpus(cell("cifar100"))) == (0, "", 0)
    minutes = [n.align_minutes(cell("darcy_flow"), attempt=1) for n in (with_gpu, without)]
    assert minutes[0] < minutes[1]


def test_several_gpus_share_the_time_and_each_has_its_memory():
    one, four = Needs(grid()), Needs(grid(gpus_by_task={"cifar100": 4}))
    assert four.finetune_gpus(cell("cifar100")) == 4
    assert four.finetune_minutes(cell("cifar100"), 1) < one.finetune_minutes(cell("cifar100"), 1)
    assert four.finetune_mb(cell("cifar100"), 1) == 4 * one.finetune_mb(cell("cifar100"), 1)
    assert Jobs(four.grid).launcher(cell("cifar100")).startswith("torchrun")
    assert Jobs(one.grid).launcher(cell("cifar100")) == "orca"


@pytest.mark.parametrize(("workers", "records", "gpus"), [(1, 0, 1), (3, 3, 0)])
def test_a_lone_worker_is_the_closing_step(workers, records, gpus):
    made = grid(tuning={"workers": workers})
    assert len(Jobs(made).search_workers(cell("cifar100"))) == records
    assert Needs(made).tune_gpu(cell("cifar100")) == gpus


def test_another_number_of_workers_changes_no_command():
    one, two = (Jobs(grid(tuning={"workers": n})).search(cell("cifar100")) for n in (1, 2))
    assert one == two


@pytest.mark.parametrize("task", list(TASKS))
def test_every_task_has_a_size(task):
    settings = grid().settings(task, "swin_base")
    assert sizes.finetune_hours(TASKS[task], settings) > 0
    assert sizes.align_hours(TASKS[task], settings) > 0
    assert sizes.training_mb(TASKS[task]) >= sizes.BASE_MB
    assert sizes.preparing_mb(TASKS[task]) > 0


def test_rules_see_the_parameters_of_their_functions():
    needs = Needs(grid())
    assert set(inspect.signature(needs.train_mb).parameters) == {"wildcards", "attempt"}
    assert needs.train_mb.__signature__ == inspect.signature(needs.train_mb)


def test_an_argument_that_is_no_result_is_no_target_of_ours():
    check_targets(["--directory", ".", "", "/", "results", "all"], grid())
