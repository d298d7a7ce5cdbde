import re
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from orca.data.proxy import PROXIES
from orca.data.target import Classes, MultiLabel
from orca.data.task import AS_READ, TASKS
from orca.evaluation.metric import METRICS
from orca.training.augment import AUGMENTATIONS
from orca.training.loss import LOSSES

PAGE = (Path(__file__).parents[2] / "docs/fidelity.md").read_text()
every_task = pytest.mark.parametrize("name", TASKS)


@every_task
def test_it_is_declared_soundly(name):
    task, target = TASKS[name], TASKS[name].target
    assert re.fullmatch(r"[a-z0-9_]+", name), "its name can be a folder"
    assert callable(TASKS.modules[name].read)
    assert len(task.input_shape) in (2, 3)
    assert all(length > 0 or length == AS_READ for length in task.input_shape)
    assert target.kind in LOSSES[task.loss].kinds
    assert set(task.augmentation) <= set(AUGMENTATIONS)
    for metric in (task.metric, *task.extra_metrics):
        assert target.kind in METRICS[metric].kinds
    if isinstance(target, Classes | MultiLabel):
        assert target.count > 1
        assert len(target.names) in (0, target.count)
    assert len({way.name for way in task.files}) == len(task.files)
    samples = task.samples
    assert samples.validation > 0 or samples.validation == AS_READ
    assert samples.train > samples.validation or AS_READ in (samples.train, samples.validation)
    assert task.digest == _digests()[name], "its digest is the same in another process"


@every_task
def test_a_variant_says_of_what_and_how_it_differs(name):
    task = TASKS[name]
    if task.variant_of:
        assert task.differs
        assert not TASKS[task.variant_of].variant_of
        assert task.suite == TASKS[task.variant_of].suite


@every_task
def test_what_it_is_also_tested_on_is_measured_alike(name):
    task = TASKS[name]
    for ending, other in task.also_tested_on:
        assert re.fullmatch(r"[a-z0-9_]+", ending)
        further = TASKS[other]
        assert (further.metric, further.extra_metrics) == (task.metric, task.extra_metrics)
        assert type(further.target) is type(task.target)
        assert further.input_shape[0] == task.input_shape[0]
        assert {further.normalisation.inputs, further.normalisation.targets} == {"none"}


def test_what_a_task_is_also_tested_on_is_no_part_of_its_digest():
    task = TASKS["pde_advection_256"]
    assert task.also_tested_on
    assert replace(task, also_tested_on=()).digest == task.digest


@cache
def _digests():
    code = "from orca.data.task import TASKS\nfor n in TASKS: print(n, TASKS[n].digest)"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(line.split() for line in done.stdout.splitlines())


def test_a_source_has_the_same_files_for_each_task_that_reads_it():
    files: dict[str, set] = {}
    for task in [*TASKS.values(), *PROXIES.values()]:
        files.setdefault(task.source, set()).add(task.files)
    assert [source for source, sets in files.items() if len(sets) > 1] == []


@every_task
def test_whoever_fetches_it_is_told_first_how_much(name):
    unstated = [way.name for way in TASKS[name].files if _without_size(way)]
    # Of NinaPro's files, all but one, and of Zenodo's, all, have a number together; IMPROVE's none.
    several = {"ninapro": 5, "drug_improve": 3, "fsd50k_zenodo": 9, "ninapro_db5": 10}
    assert len(unstated) == several.get(TASKS[name].source, 0)


def _without_size(way):
    return bool(getattr(way, "urls", ())) and way.size is None


def test_every_task_that_the_page_on_fidelity_names_is_declared():
    named = set(re.findall(r"`((?:pde|openml|drug|domainnet)_[a-z0-9_]+)`", PAGE))
    assert named
    assert named <= {*TASKS, *PROXIES}


def test_every_official_variant_is_on_the_page_on_fidelity():
    for name in TASKS:
        if not name.endswith("_official") or name.startswith("openml"):
            continue
        generic = "domainnet_<domain>_official" if name.startswith("domainnet") else name
        assert f"`{generic}`" in PAGE, name
