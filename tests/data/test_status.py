import pytest

from orca.data.status import add_source, data_status
from orca.data.task import TASKS
from orca.errors import DataError
from tests.data import fixtures_nas_bench_360 as fixtures


def of(source, raw):
    return next(status for status in data_status(raw) if status.source == source)


def test_every_source_is_listed_once_with_those_who_read_it(tmp_path):
    listed = data_status(tmp_path)
    assert len({status.source for status in listed}) == len(listed)
    users = {name for status in listed for name in status.used_by}
    assert {name for name, task in TASKS.items() if task.files} <= users


def test_an_empty_folder_has_nothing_and_each_source_says_what_to_do(tmp_path):
    for status in data_status(tmp_path):
        assert status.state in ("missing", "on demand")
        assert status.have == 0
        assert "snakemake" in status.how or "orca data add" in status.how


def test_only_what_needs_no_publisher_is_made_on_demand(tmp_path):
    assert of("openml_187_carried", tmp_path).state == "on demand"  # scikit-learn carries it
    assert of("pde_advection_simulated", tmp_path).state == "on demand"
    assert of("openml_11", tmp_path).state == "missing"
    assert of("pde_navier_stokes_2d", tmp_path).state == "missing"


def test_a_table_of_openml_that_a_person_brings_is_taken(tmp_path):
    name = TASKS["openml_11"].files[0].name
    (tmp_path / name).write_text("@RELATION balance\n")
    add_source("openml_11", tmp_path / name, tmp_path / "raw")
    assert of("openml_11", tmp_path / "raw").state == "here"


def test_a_source_without_addresses_asks_for_a_person(tmp_path):
    assert "never published" in of("drug_ctrp", tmp_path).how
    assert "orca data add drug_ctrp" in of("drug_ctrp", tmp_path).how


def test_of_a_file_or_a_folder_that_a_person_brings_what_is_there_is_taken_and_recorded(tmp_path):
    (tmp_path / "mine").mkdir()
    fixtures.ninapro(tmp_path / "mine", {"train": 5, "val": 3, "test": 3})
    add_source("ninapro", tmp_path / "mine/label_val.npy", tmp_path / "raw")
    status = of("ninapro", tmp_path / "raw")
    assert status.state == "partly"
    assert "label_val.npy" not in status.missing
    assert len(status.missing) == 5
    assert len(add_source("ninapro", tmp_path / "mine", tmp_path / "raw")) == 6
    assert of("ninapro", tmp_path / "raw").state == "here"
    assert (tmp_path / "raw/ninapro/sources.json").exists()


@pytest.mark.parametrize(
    ("source", "name", "content", "said"),
    [
        ("cifar100", "cifar-100-python.tar.gz", b"something else", "169001437"),
        ("psicov", "protein.zip", b"<!DOCTYPE html><title>Quota exceeded</title>", "a page"),
        ("psicov", "other.zip", b"x", r"with one of: protein\.zip"),
    ],
)
def test_a_wrong_file_is_not_taken(tmp_path, source, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=said):
        add_source(source, tmp_path / name, tmp_path / "raw")
    assert not (tmp_path / "raw" / source / name).exists()
