import re
import subprocess
import sys
from dataclasses import replace

import pytest

from orca.data.proxy import PROXIES
from orca.data.task import AS_READ, TASKS, Classes, Field, MultiLabel
from orca.evaluation.metric import METRICS
from orca.training.augment import AUGMENTATIONS
from orca.training.loss import LOSSES

every_task = pytest.mark.parametrize("name", TASKS)


@every_task
def test_its_name_can_be_a_folder(name):
    assert re.fullmatch(r"[a-z0-9_]+", name)


@every_task
def test_its_module_can_read_it(name):
    assert callable(TASKS.modules[name].read)


@every_task
def test_its_input_is_a_sequence_or_a_grid(name):
    task = TASKS[name]
    assert len(task.input_shape) in (2, 3)
    assert all(length > 0 or length == AS_READ for length in task.input_shape)


@every_task
def test_its_loss_is_known(name):
    assert TASKS[name].loss in LOSSES


@every_task
def test_its_metrics_are_known_and_see_masks_where_there_are_any(name):
    task = TASKS[name]
    for metric in (task.metric, *task.extra_metrics):
        assert metric in METRICS
        if isinstance(task.target, Field) and task.target.masked:
            assert METRICS[metric].masks


@every_task
def test_its_augmentations_are_known(name):
    assert set(TASKS[name].augmentation) <= set(AUGMENTATIONS)


@every_task
def test_its_class_names_are_as_many_as_its_classes(name):
    target = TASKS[name].target
    if isinstance(target, Classes | MultiLabel):
        assert target.count > 1
        assert len(target.names) in (0, target.count)


@every_task
def test_a_variant_says_of_what_and_how_it_differs(name):
    task = TASKS[name]
    if task.baseline:
        assert task.differs
        assert not TASKS[task.baseline].baseline
        assert task.suite == TASKS[task.baseline].suite


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


@every_task
def test_it_can_set_validation_samples_aside(name):
    samples = TASKS[name].samples
    assert samples.validation > 0 or samples.validation == AS_READ
    assert samples.train > samples.validation or AS_READ in (samples.train, samples.validation)


@every_task
def test_its_digest_is_the_same_in_another_process(name):
    assert TASKS[name].digest == _digests()[name]


def _digests(cache={}):  # noqa: B006
    if not cache:
        code = "from orca.data.task import TASKS\nfor n in TASKS: print(n, TASKS[n].digest)"
        printed = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout
        cache.update(line.split() for line in printed.splitlines())
    return cache


def test_a_source_has_the_same_files_for_each_task_that_reads_it():
    files: dict[str, set] = {}
    for task in [*TASKS.values(), *PROXIES.values()]:
        files.setdefault(task.source, set()).add(task.files)
    assert [source for source, sets in files.items() if len(sets) > 1] == []


def test_no_two_files_of_a_task_have_one_name():
    for task in TASKS.values():
        assert len({way.name for way in task.files}) == len(task.files)


def test_declaring_tasks_loads_no_heavy_library():
    heavy = ["torch", "scipy", "pandas", "sklearn", "h5py", "openml", "requests", "PIL"]
    code = (
        "import sys\nfrom orca.data.task import TASKS\nfrom orca.data.proxy import PROXIES\n"
        f"len(TASKS), len(PROXIES)\nprint([m for m in {heavy} if m in sys.modules])"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert printed.stdout.strip() == "[]", printed.stderr
