import hashlib
import json
from contextlib import nullcontext
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from orca.data.download import Download
from orca.data.fetch import check_fetched, fetch
from orca.data.task import Way
from orca.data.tasks.openml.tables import Carried
from orca.data.ways import Own, Simulated
from orca.errors import DataError


def needing(*ways):
    return SimpleNamespace(source="some", files=ways)


@dataclass(frozen=True, kw_only=True)
class Written(Way):
    """A way that counts how often it is used."""

    name: str = "a.txt"
    text: str = "text"
    counter: list
    locked: bool = True

    @property
    def recipe(self):
        return self.text

    def bring(self, path):
        self.counter.append(path)
        path.write_text(self.text)


def test_a_file_is_fetched_once_and_its_record_states_size_and_digest(server, tmp_path):
    way = Download(name="a", urls=(server.serve("a", b"12345"),))
    record, again = (fetch(needing(way), tmp_path / "some") for _ in range(2))
    assert len(server.files["/a"].asked) == 1
    assert record == again == json.loads((tmp_path / "some/sources.json").read_text())
    assert record["a"]["bytes"] == 5
    assert len(record["a"]["sha256"]) == 64


def test_two_at_once_fetch_a_file_once(server, tmp_path):
    from concurrent.futures import ThreadPoolExecutor

    content = bytes(200_000)
    url = server.serve("a", content, stall_s=[0.5])
    way = Download(name="a", urls=(url,), size=len(content), pause_s=0.01)
    with ThreadPoolExecutor(2) as pool:
        records = list(pool.map(lambda _: fetch(needing(way), tmp_path / "some"), range(2)))
    assert records[0] == records[1]
    # The first answer fell silent half way; the rest came once.
    assert len(server.files["/a"].asked) == 2


def test_a_file_that_changed_after_it_was_fetched_is_not_read(tmp_path):
    task = needing(Written(counter=[]))
    fetch(task, tmp_path / "some")
    check_fetched(task, tmp_path / "some")
    (tmp_path / "some/a.txt").write_text("tex1")
    with pytest.raises(DataError, match="when it was fetched") as fault:
        check_fetched(task, tmp_path / "some")
    assert fault.value.where.endswith("some/a.txt")
    (tmp_path / "some/a.txt").unlink()
    with pytest.raises(DataError, match="no such file"):
        check_fetched(task, tmp_path / "some")


@pytest.mark.parametrize(
    ("size", "end"), [(5, nullcontext()), (6, pytest.raises(DataError, match="5 bytes instead of"))]
)
def test_a_file_put_there_by_hand_is_taken_if_it_is_the_right_one(tmp_path, size, end):
    (tmp_path / "some").mkdir()
    (tmp_path / "some/a").write_bytes(b"12345")
    with end:
        fetch(needing(Download(name="a", size=size)), tmp_path / "some")


@pytest.mark.parametrize("in_place", [True, False])
def test_a_file_that_differs_from_its_first_sight_is_refused(server, tmp_path, in_place):
    way = Download(name="a", urls=(server.serve("a", b"12345"),))
    fetch(needing(way), tmp_path / "some")
    if in_place:
        (tmp_path / "some/a").write_bytes(b"54321")
    else:
        (tmp_path / "some/a").unlink()
        server.serve("a", b"54321")
    with pytest.raises(DataError, match="when it was first seen") as fault:
        fetch(needing(way), tmp_path / "some")
    assert "digests.json" in fault.value.mend


def test_a_made_file_is_made_anew_only_when_its_recipe_changes(tmp_path):
    uses: list = []
    for text in ("one", "one", "two"):
        fetch(needing(Written(text=text, counter=uses, locked=False)), tmp_path / "some")
    assert len(uses) == 2
    assert (tmp_path / "some/a.txt").read_text() == "two"


def test_an_unreadable_lock_names_its_file(tmp_path):
    (tmp_path / "digests.json").write_text("{")
    with pytest.raises(DataError, match="digests.json"):
        fetch(needing(Written(counter=[])), tmp_path / "some")


def test_a_carried_table_is_written_the_same_each_time(tmp_path):
    way = Carried(name="wine.arff", table="wine", relation="wine")
    for folder in ("one", "two"):
        fetch(needing(way), tmp_path / folder / "wine")
    first, second = (tmp_path / f / "wine/wine.arff" for f in ("one", "two"))
    assert first.read_bytes() == second.read_bytes()


def test_an_own_file_may_change_and_move(tmp_path):
    for number, text in enumerate(("old", "new")):
        (tmp_path / f"{number}.csv").write_text(text)
        fetch(needing(Own(name="fit.csv", path=str(tmp_path / f"{number}.csv"))), tmp_path / "raw")
        assert (tmp_path / "raw/fit.csv").read_text() == text


def test_a_simulated_file_is_solved_again_when_its_settings_change(tmp_path):
    import h5py

    for samples in (2, 3):
        way = Simulated(
            name="a.hdf5", simulation="advection", samples=samples, cells=16, frames=(0, 200)
        )
        fetch(needing(way), tmp_path / "raw")
        with h5py.File(tmp_path / "raw/a.hdf5") as file:
            assert file["tensor"].shape == (samples, 2, 16)


def test_a_pickle_without_a_published_digest_needs_a_person_s_word_for_its_bytes(server, tmp_path):
    task, folder = (
        needing(Download(name="a", urls=(server.serve("a", b"1"),), pickled=True)),
        tmp_path / "some",
    )
    with pytest.raises(DataError, match=f"orca data add some {folder / 'a'} --trust"):
        fetch(task, folder)
    assert fetch(task, folder, trusted=True) == fetch(task, folder)
    (folder / "a").write_bytes(b"2")
    (tmp_path / "digests.json").unlink()  # another file, at first sight
    with pytest.raises(DataError, match="--trust"):
        fetch(task, folder)


def test_a_pickle_with_a_published_digest_needs_no_word(server, tmp_path):
    digest = "md5:" + hashlib.md5(b"1", usedforsecurity=False).hexdigest()
    way = Download(name="a", urls=(server.serve("a", b"1"),), digest=digest, pickled=True)
    assert fetch(needing(way), tmp_path / "some")["a"]["bytes"] == 1
