from dataclasses import replace

import numpy as np
import pytest

from orca.data.task import TASKS, Samples
from orca.data.tasks.openml.tables import OpenMLTable
from orca.errors import DataError
from tests.data import fixtures_tables as fixtures
from tests.data.made_tasks import samples_of


@pytest.fixture
def cache(tmp_path, monkeypatch):
    import openml

    monkeypatch.setattr(openml.config, "_root_cache_directory", tmp_path / "cache")
    monkeypatch.setattr(openml.config, "server", "https://www.openml.org/api/v1/xml")
    monkeypatch.setattr("requests.Session.get", _no_network)
    monkeypatch.setattr(openml.config, "connection_n_retries", 1)
    return tmp_path / "cache"


def _no_network(*_, **__):
    import requests

    raise requests.ConnectionError("no network here")


@pytest.fixture
def mixed(cache, through):
    """Take a mixed table of 60 rows out of OpenML's cache, whose lines come too."""
    lines = fixtures.openml_cache(cache, 1480, 60)

    def take(name="openml_1480", samples=(24, 6, 30), out="prepared"):
        counts = dict(zip(("train", "validation", "test"), samples, strict=True))
        return *through(name, replace(TASKS[name], samples=Samples(**counts)), out), lines

    return take


def test_a_mixed_table_comes_out_of_openmls_cache(mixed):
    fit, test, lines = mixed()
    # Three colours and missing; colour and note, then the amount; the row number is left out.
    assert fit.input_shape == (4, 3)
    amounts = {round(line[3], 3) if line[3] else 0.0 for line in lines}
    constants = fit.input_constants
    for file, split in ((fit, "fit"), (test, "test")):
        inputs, labels = samples_of(file, split)
        raw = inputs[:, 0, 2] * constants.std[0, 2] + constants.mean[0, 2]
        assert {round(float(v), 3) for v in raw} <= amounts
        assert (inputs[:, :, 0].sum(axis=1) == 1).all()
        np.testing.assert_array_equal(inputs[:, :2, 1].argmax(axis=1), labels)
    assert abs(samples_of(fit, "train")[0][:, 0, 2].mean()) < 1e-5


def test_the_test_rows_are_half_of_each_class_and_the_same_each_time(mixed):
    one, two = (samples_of(mixed(out=folder)[1], "test") for folder in ("a", "b"))
    assert (np.bincount(one[1]) == 15).all()
    np.testing.assert_array_equal(one[0], two[0])


def test_as_official_a_tenth_is_for_testing_and_all_rows_give_the_constants(mixed):
    fit, test, _ = mixed("openml_1480_official", (43, 11, 6))
    amounts = np.concatenate(
        [samples_of(file, part)[0][:, 0, 2] for file, part in ((fit, "fit"), (test, "test"))]
    )
    assert abs(amounts.mean()) < 1e-5
    assert abs(amounts.std() - 1) < 1e-5


def inputs_of(folder, name, table):
    """Inputs of training and test rows of a table of numbers, whose last column is the class."""
    columns = [f"@ATTRIBUTE V{n} REAL" for n in range(table.shape[1] - 1)]
    rows = [",".join(map(str, row)) for row in table[:, :-1]]
    lines = ["@RELATION t", *columns, "@ATTRIBUTE Class {0,1}", "@DATA"]
    lines += [f"{row},{label:.0f}" for row, label in zip(rows, table[:, -1], strict=True)]
    (folder / TASKS[name].files[0].name).write_text("\n".join(lines))
    splits = TASKS.modules[name].read(folder, TASKS[name])
    return [next(iter(part.blocks()))[0] for part in (splits.fit, splits.test)]


def test_blood_donations_as_official_lack_their_third_feature(tmp_path):
    table = np.array([(n, n * n % 17, n % 5, n % 7, n % 2) for n in range(40)])
    whole, _ = inputs_of(tmp_path, "openml_1464", table)
    kept, _ = inputs_of(tmp_path, "openml_1464_official", table)
    assert whole.shape[1:] == (4, 1)
    assert kept.shape[1:] == (3, 1)
    # The fourth feature, n % 7, takes seven values; the third, n % 5, five.
    assert len(np.unique(kept[:, 2].round(4))) == 7


def test_where_the_official_code_standardises_twice_all_but_the_test_rows_have_mean_0(tmp_path):
    draw = np.random.default_rng(0).normal(5, 3, size=(60, 2))
    table = np.column_stack([draw, np.arange(60) % 2])
    plain_fit, plain_test = inputs_of(tmp_path, "openml_1462_official", table)
    assert np.abs(plain_fit.mean(axis=0)).max() > 1e-4
    for number in (1068, 1494):
        fit, test = inputs_of(tmp_path, f"openml_{number}_official", table)
        np.testing.assert_allclose(fit.mean(axis=0), 0, atol=1e-6)
        np.testing.assert_allclose(fit.std(axis=0), 1, atol=1e-6)
        once = (plain_test - plain_fit.mean(axis=0)) / plain_fit.std(axis=0)
        np.testing.assert_allclose(test, once, atol=1e-5)


def test_a_table_that_openml_does_not_give_is_named(cache, tmp_path):
    with pytest.raises(DataError, match="OpenML, data set 31") as fault:
        OpenMLTable(name="31.arff", number=31).bring(tmp_path / "31.arff")
    assert "cache" in fault.value.mend
    assert not (tmp_path / "31.arff").exists()


@pytest.mark.parametrize(
    ("name", "rows", "shape"),
    [("openml_1510", 569, (30, 1)), ("openml_187", 178, (13, 1)), ("openml_61", 150, (4, 1))],
)
def test_the_carried_tables_have_all_rows_and_columns(through, name, rows, shape):
    from sklearn import datasets

    fit, test = through(name, TASKS[name])
    assert fit.count + test.count == rows
    assert fit.input_shape == shape
    loader = {"openml_1510": "breast_cancer", "openml_187": "wine", "openml_61": "iris"}[name]
    whole = getattr(datasets, f"load_{loader}")()
    constants = fit.input_constants
    seen = np.concatenate([
        samples_of(file, part)[0][:, :, 0] * constants.std[:, 0] + constants.mean[:, 0]
        for file, part in ((fit, "fit"), (test, "test"))
    ])  # fmt: skip
    np.testing.assert_allclose(
        np.sort(seen, axis=0), np.sort(whole.data, axis=0), rtol=1e-3, atol=1e-3
    )


def test_every_score_of_the_papers_tables_has_its_task():
    import csv
    from pathlib import Path

    published = Path(__file__).parents[2] / "config/published/task_metadata.csv"
    with published.open() as file:
        names = {row["task"] for row in csv.DictReader(file)}
    assert names <= set(TASKS)
