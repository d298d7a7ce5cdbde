"""The official configurations of config/hyperparameters.yaml against the values of their files.

tests/reference/official_hyperparameters.csv has the values as the official code's YAML files state
them (commit 19b8c1c), but for `samples_per_class`, which is what its loop makes of `maxsamples`.
"""

import csv
from pathlib import Path

import pytest

from orca.data.task import TASKS
from orca.grid import Grid

ROOT = Path(__file__).parents[1]
ROWS = list(csv.DictReader((ROOT / "tests/reference/official_hyperparameters.csv").open()))
UNDECLARED = {"domainnet", "drug_ctrp", "drug_gdsc"}


@pytest.fixture(scope="module")
def grid() -> Grid:
    return Grid.read(
        {"tables": ["demo"], "hyperparameters": {"default": "published"}}, ROOT / "config"
    )


def resolved(grid: Grid, task: str, body: str):
    return grid.hyperparameters.resolve(task=task, body=body, official=task)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["config"])
def test_a_configuration_has_the_official_values(grid, row):
    settings = resolved(grid, row["task"], row["body"])
    assert settings.optimizer == row["optimizer"]
    assert settings.learning_rate == float(row["learning_rate"])
    assert settings.weight_decay == float(row["weight_decay"])
    assert settings.batch_size == int(row["batch_size"])
    assert settings.accumulation == int(row["accumulation"])
    assert settings.accumulation == 1 or settings.accumulate == "sum"
    assert settings.gradient_clipping == (float(row["gradient_clipping"] or 0) or None)
    assert settings.dropout == float(row["dropout"])
    assert settings.epochs == int(row["epochs"])
    assert settings.warmup_epochs == int(row["warmup_epochs"])
    assert (settings.decay_epochs or settings.epochs) == int(row["decay_epochs"])
    assert settings.align.epochs == int(row["align_epochs"])
    assert settings.align.samples_per_class == int(row["samples_per_class"])
    if row["optimizer"] == "sgd":
        assert settings.momentum == float(row["momentum"])
    else:
        assert settings.betas == (float(row["beta1"]), float(row["beta2"]))
    if row["body"] == "roberta_base":
        assert settings.sequence_length == int(row["sequence_length"])


def test_all_64_files_are_there_and_no_other_entry():
    grid = Grid.read({"tables": ["demo"]}, ROOT / "config")
    entries = {f"{row['task']}/{row['body']}" for row in ROWS}
    assert len(entries) == 64
    others = set(grid.hyperparameters.official) - entries
    for entry in others:
        twin = grid.hyperparameters.official[entry.replace("_simulated", "")]
        assert grid.hyperparameters.official[entry] == twin
    assert {row["task"] for row in ROWS} - set(TASKS) <= UNDECLARED


def test_a_variant_takes_the_configuration_of_its_baseline(grid):
    assert grid.settings("pde_advection_official", "roberta_base") == grid.settings(
        "pde_advection", "roberta_base"
    )
    assert grid.settings("pde_advection", "roberta_base").epochs == 200


def test_the_official_values_count_only_where_they_are_asked_for():
    grid = Grid.read(
        {"tables": ["demo"], "hyperparameters": {"default": "default"}}, ROOT / "config"
    )
    assert grid.settings("pde_advection", "roberta_base").epochs == 60
