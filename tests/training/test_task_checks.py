"""What is wrong with a person's own task is found before anything is trained."""

import re

import numpy as np
import pytest

from orca.data.fetch import fetch
from orca.data.prepare import prepare
from orca.data.user_task import LOSSES as DEFAULTS
from orca.data.user_task import entry_of, task_of
from orca.errors import DataError, SettingsError
from orca.training.loss import LOSSES
from orca.training.task_checks import check_names, check_parts

CLASSES = {"path": "a.csv", "target": "y", "kind": "classes", "classes": 2, "metric": "accuracy"}
NUMBER = {"path": "a.csv", "target": "y", "kind": "scalar", "metric": "r2"}
FIELD = {"path": "fit.npz", "target": "y", "kind": "field", "target_shape": [1, 8], "metric": "mae"}


def checked(entry):
    task, told = task_of("mine", entry, where="config.yaml", axes=2), entry_of(entry, where="x")
    check_names(task, told, where="config.yaml, tasks.mine")


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({**CLASSES, "metric": "acuracy"}, "tasks.mine, metric.*did you mean 'accuracy'"),
        ({**CLASSES, "metric": "r2"}, "'r2' is not defined for classes.*balanced_accuracy, f1"),
        ({**CLASSES, "metric": ["accuracy", "rmse"]}, "'rmse' is not defined for classes"),
        ({**NUMBER, "metric": "accuracy"}, "for scalar there are: mae, nrmse"),
        ({**CLASSES, "loss": "mse"}, "the loss 'mse' is not defined for classes"),
        ({**CLASSES, "loss": "cross_entrpy"}, "mine, loss: there is no loss.*'cross_entropy'"),
    ],
)
def test_a_metric_or_loss_that_does_not_fit_is_named_with_those_that_do(entry, said):
    with pytest.raises(SettingsError) as fault:
        checked(entry)
    assert re.search(said, str(fault.value), flags=re.DOTALL), str(fault.value)


def test_several_metrics_are_reported_and_the_first_decides():
    entry = {**CLASSES, "metric": ["f1", "accuracy"]}
    checked(entry)
    task = task_of("mine", entry, where="config.yaml")
    assert (task.metric, task.extra_metrics) == ("f1", ("accuracy",))


def test_the_default_losses_are_defined_for_their_kinds():
    for kind, loss in DEFAULTS.items():
        assert kind in LOSSES[loss].kinds


def prepared(tmp_path, entry, **arrays):
    np.savez(tmp_path / "fit.npz", **arrays)
    entry = {**entry, "path": str(tmp_path / "fit.npz"), "inputs": "x"}
    task = task_of("mine", entry, where="config.yaml")
    fetch(task, tmp_path / "raw")
    prepare(task, "mine", tmp_path / "raw", tmp_path / "made")
    check_parts(task, entry_of(entry, where="x"), tmp_path / "made")


def test_a_class_too_rare_for_a_part_is_refused_where_the_metric_needs_it(tmp_path):
    x, y = np.random.default_rng(0).normal(size=(60, 8)), np.array([2, 2] + [0, 1] * 29)
    prepared(tmp_path, {**CLASSES, "classes": 3}, x=x, y=y)
    with pytest.raises(
        DataError, match=r"fit.npz, the samples of the part '.*no sample of class 2"
    ):
        prepared(tmp_path, {**CLASSES, "classes": 3, "metric": "auroc"}, x=x, y=y)


def test_a_field_of_zeros_is_refused_where_the_metric_is_relative(tmp_path):
    x = np.random.default_rng(0).normal(size=(30, 8))
    prepared(tmp_path, FIELD, x=x, y=x * (np.arange(30) != 4)[:, None])
    with pytest.raises(DataError, match="target is zero everywhere"):
        fields = x * (np.arange(30) != 4)[:, None]
        prepared(tmp_path, {**FIELD, "metric": "relative_l2"}, x=x, y=fields)
