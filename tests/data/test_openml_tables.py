from dataclasses import replace

import numpy as np
import pytest

from orca.data.task import TASKS, Samples
from orca.data.ways import OpenMLTable
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


def test_blood_donations_as_official_lack_their_third_feature(tmp_path):
    from orca.data.tasks.openml import read

    rows = "\n".join(f"{n},{n * n % 17},{n % 5},{n % 7},{n % 2}" for n in range(40))
    head = "@RELATION blood\n" + "".join(f"@ATTRIBUTE V{n} REAL\n" for n in range(1, 5))
    (tmp_path / "1464.arff").write_text(f"{head}@ATTRIBUTE Class {{0,1}}\n@DATA\n{rows}\n")
    ((whole, _),) = read(tmp_path, TASKS["openml_1464"]).fit.blocks()
    ((kept, _),) = read(tmp_path, TASKS["openml_1464_official"]).fit.blocks()
    assert whole.shape[1:] == (4, 1)
    assert kept.shape[1:] == (3, 1)
    # The fourth feature, n % 7, takes seven values; the third, n % 5, five.
    assert [len(np.unique(kept[:, n].round(4))) for n in range(3)][-1] == 7


def test_where_the_official_code_standardises_twice_all_but_the_test_rows_have_mean_0(tmp_path):
    from orca.data.tasks.openml import read

    draw = np.random.default_rng(0).normal(5, 3, size=(60, 2))
    rows = "\n".join(f"{a},{b},{n % 2}" for n, (a, b) in enumerate(draw))
    head = "@RELATION t\n@ATTRIBUTE a REAL\n@ATTRIBUTE b REAL\n@ATTRIBUTE Class {0,1}\n@DATA\n"
    for number in (1068, 1494, 1462):
        (tmp_path / f"{number}.arff").write_text(head + rows)
    splits = {
        number: read(tmp_path, TASKS[f"openml_{number}_official"]) for number in (1068, 1494, 1462)
    }
    fit = {number: next(iter(split.fit.blocks()))[0] for number, split in splits.items()}
    test = {number: next(iter(split.test.blocks()))[0] for number, split in splits.items()}
    for number in (1068, 1494):
        np.testing.assert_allclose(fit[number].mean(axis=0), 0, atol=1e-6)
        np.testing.assert_allclose(fit[number].std(axis=0), 1, atol=1e-6)
        once = (test[1462] - fit[1462].mean(axis=0)) / fit[1462].std(axis=0)
        np.testing.assert_allclose(test[number], once, atol=1e-5)
    assert np.abs(fit[1462].mean(axis=0)).max() > 1e-4


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
