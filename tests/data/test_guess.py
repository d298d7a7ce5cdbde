import h5py
import numpy as np
import pandas as pd
import pytest

from orca.data.own.guess import guess
from orca.errors import DataError, SettingsError


def facts(path, **said):
    return {fact.key: fact for fact in guess(path, said)}


@pytest.fixture
def table(tmp_path):
    def write(**columns):
        path = tmp_path / "t.csv"
        pd.DataFrame(columns).to_csv(path, index=False)
        return path

    return write


@pytest.mark.parametrize(
    ("values", "kind", "classes"),
    [
        (["b", "a"] * 30, "classes", ["a", "b"]),
        ([0, 1, 2] * 20, "classes", 3),
        ([1, 2] * 30, "classes", ["1", "2"]),
        ([0.5, 1.25] * 30, "scalar", None),
        (range(60), "scalar", None),
        (["none", "bearing", "seal"] * 20, "classes", ["bearing", "none", "seal"]),
        (["a"] * 30 + ["b"] * 29 + ["NA"], "classes", ["a", "b"]),
        (["1.5", "2.25"] * 29 + ["NA", "?"], "scalar", None),
    ],
)
def test_the_kind_follows_from_the_target_s_values(table, values, kind, classes):
    found = facts(table(x=np.arange(60.0), y=list(values)), target="y")
    assert found["kind"].value == kind
    assert found["kind"].why
    assert (found["classes"].value if "classes" in found else None) == classes


def test_what_is_said_is_not_guessed(table):
    found = facts(table(x=np.arange(60.0), y=[0, 1] * 30), target="y", kind="scalar", metric="r2")
    assert [found[key].value for key in ("kind", "metric")] == ["scalar", "r2"]
    assert found["kind"].why == found["metric"].why == ""
    assert "classes" not in found


def test_every_guess_says_how_to_say_otherwise(table):
    found = facts(table(x=np.arange(60.0), y=["a", "b"] * 30), target="y")
    assert all(fact.otherwise for fact in found.values() if fact.why)


def test_a_table_without_a_target_asks_for_it(table):
    with pytest.raises(SettingsError, match="--target COLUMN"):
        guess(table(x=[1.0], y=[1]), {})


def test_a_target_of_one_value_is_refused(table):
    with pytest.raises(SettingsError, match="all samples have one value"):
        guess(table(x=[1.0, 2.0], y=["a", "a"]), {"target": "y"})


def test_a_misspelt_target_is_answered_with_the_nearest(table):
    with pytest.raises(DataError, match="did you mean 'species'"):
        guess(table(x=[1.0], species=[1]), {"target": "specie"})


@pytest.mark.parametrize("suffix", [".npz", ".h5"])
@pytest.mark.parametrize(
    ("inputs", "target", "kind", "goes_with"),
    [
        ((20, 1, 8), np.arange(20) % 4, "classes", {"classes": 4}),
        ((20, 1, 8, 8), np.linspace(0, 1, 20), "scalar", {}),
        ((20, 16), np.eye(20, 5).astype(int), "multi_label", {"classes": 5}),
        ((20, 1, 16), np.random.default_rng(0).random((20, 1, 16)), "field", {"target_shape": [1, 16]}),
        ((20, 2, 8, 8), np.random.default_rng(0).random((20, 8, 8)), "field", {"target_shape": [1, 8, 8]}),
    ],
)  # fmt: skip
def test_arrays_are_found_by_name_and_their_kind_by_shape_and_values(
    tmp_path, suffix, inputs, target, kind, goes_with
):
    path = tmp_path / f"a{suffix}"
    arrays = {"x": np.zeros(inputs, np.float32), "y": target}
    if suffix == ".npz":
        np.savez(path, **arrays)
    else:
        with h5py.File(path, "w") as file:
            for key, value in arrays.items():
                file[key] = value
    found = facts(path)
    assert (found["inputs"].value, found["target"].value, found["kind"].value) == ("x", "y", kind)
    for key, value in goes_with.items():
        assert found[key].value == value


def test_arrays_of_other_names_are_listed(tmp_path):
    np.savez(tmp_path / "a.npz", wave=np.zeros((3, 4)), kind=np.zeros(3))
    with pytest.raises(SettingsError, match=r"wave \[3, 4\], kind \[3\]"):
        guess(tmp_path / "a.npz", {"target": "kind"})


def test_another_format_is_refused_by_name(tmp_path):
    with pytest.raises(SettingsError, match="'.xlsx' is none of"):
        guess(tmp_path / "a.xlsx", {"target": "y"})
