import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from orca.data.fetch import fetch
from orca.data.nas_bench_360 import Bundle, Bundled
from orca.data.status import add_source, data_status
from orca.data.task import TASKS, Samples
from orca.errors import DataError
from tests.data import fixtures_nas_bench_360 as fixtures
from tests.data.conftest import refused, vouched
from tests.data.fixtures_fsd50k import sounds

BUNDLED = sorted(
    {
        task.source
        for task in TASKS.values()
        for way in task.files
        if isinstance(way, Bundled) and way.held[-1].bundle == Bundle()
    }
)
SMALL = {"darcy_flow": Samples(train=3, validation=1, test=2)}


@pytest.fixture
def published(tmp_path):
    """A folder with the publishers' files of all tasks in the bundle."""
    folder = tmp_path / "published"
    folder.mkdir()
    fixtures.spherical(folder / "s2_cifar100.gz", 4, 2)
    fixtures.ninapro(folder, {"train": 5, "val": 3, "test": 3})
    fixtures.darcy(folder, 5, 16)
    fixtures.proteins(folder / "protein.zip", {"deepcov": [20, 31], "psicov": [28]})
    for part in ("train", "test"):
        fixtures.stamps(folder, part, {"f435w/10760/2": 2, "f435w/12058/16": 1})
    fixtures.satellite(folder, 30, 26)
    fixtures.deepsea(folder / "deepsea_filtered.npz", {"train": 6, "val": 2, "test": 3})
    clips = {"tr": {1: (2, "Sound_3"), 2: (1, "Sound_4")}, "val": {3: (1, "Sound_5")}}
    sounds(folder / "audio.zip", {**clips, "eval": {4: (2, "Sound_3,Sound_6")}})
    return folder


@pytest.fixture
def tar(tmp_path, published):
    fixtures.bundle(tmp_path / "nb360.tar", published)
    return tmp_path / "nb360.tar"


def samples(name, folder):
    task = replace(TASKS[name], samples=SMALL.get(name, TASKS[name].samples))
    splits = TASKS.modules[name].read(folder, task)
    for part in (splits.fit, splits.test):
        for inputs, targets in part.blocks():
            yield inputs
            yield targets


def test_a_bundle_that_a_person_brings_gives_each_task_its_samples(tmp_path, published, tar):
    taken = add_source("nb360", tar, tmp_path / "raw", trusted=True)
    assert len(taken) == len(set(taken))
    states = {status.source: status.state for status in data_status(tmp_path / "raw")}
    assert {states[source] for source in BUNDLED} == {"here"}
    assert not (tmp_path / "raw/nb360").exists()
    for name in BUNDLED:  # a source is named for its first task
        assert (tmp_path / "raw" / name / "sources.json").exists()
        pairs = zip(samples(name, published), samples(name, tmp_path / "raw" / name), strict=True)
        for before, after in pairs:
            np.testing.assert_array_equal(after, before)


def test_noise_comes_with_the_sounds(tmp_path, tar):
    add_source("nb360", tar.parent, tmp_path / "raw", trusted=True)
    with zipfile.ZipFile(tmp_path / "raw/fsd50k/audio.zip") as archive:
        assert sum("noise_22050/" in name for name in archive.namelist()) == 3


def test_what_is_packed_again_has_the_same_bytes_each_time(tmp_path, tar):
    for folder in ("one", "two"):
        add_source("nb360", tar, tmp_path / folder, trusted=True)
    one, two = (json.loads((tmp_path / f / "digests.json").read_text()) for f in ("one", "two"))
    assert one == two


def test_a_file_that_is_there_stays(tmp_path, tar):
    own = tmp_path / "raw/darcy_flow/piececonst_r421_N1024_smooth1.mat"
    own.parent.mkdir(parents=True)
    own.write_bytes(b"another")
    assert own not in add_source("nb360", tar, tmp_path / "raw", trusted=True)
    assert own.read_bytes() == b"another"


def test_a_server_that_refuses_is_replaced_by_the_bundle_fetched_once(
    tmp_path, published, tar, server
):
    for name in ("ninapro", "psicov"):
        vouched(refused(name, server, tar.read_bytes()), tmp_path / "raw" / name)
    assert server.files["/nb360.tar"].asked == []  # served anew for the second, which did not ask
    assert (tmp_path / "raw/nb360/nb360.tar").read_bytes() == tar.read_bytes()
    assert "nb360/nb360.tar" in json.loads((tmp_path / "raw/digests.json").read_text())
    name = "label_val.npy"
    assert (tmp_path / "raw/ninapro" / name).read_bytes() == (published / name).read_bytes()


def test_a_bundle_of_another_digest_than_at_first_sight_is_refused(tmp_path, tar, server):
    fetch(refused("ninapro", server, tar.read_bytes()), tmp_path / "raw/ninapro")
    (tmp_path / "raw/nb360/nb360.tar").unlink()
    with pytest.raises(DataError, match="when it was first seen"):
        fetch(refused("psicov", server, tar.read_bytes() + bytes(512)), tmp_path / "raw/psicov")


@pytest.mark.parametrize("kept", [0.0, 0.5])
def test_a_bundle_cut_short_is_named_and_leaves_no_half_file(tmp_path, tar, server, kept):
    content = tar.read_bytes()
    task = refused("psicov", server, content[: int(kept * tar_place(content))])
    with pytest.raises(DataError, match=r"HTTP status 403.*nb360\.tar: "):
        fetch(task, tmp_path / "raw/psicov")
    assert not (tmp_path / "raw/psicov/protein.zip").exists()


def tar_place(content):
    """Return a place in a bundle about twice as far as the middle of its proteins."""
    first, last = content.index(b"psicov/protein"), content.rindex(b"psicov/protein")
    return first + last


def test_what_the_bundle_does_not_hold_is_named(tmp_path, published, server):
    (published / "s2_cifar100.gz").unlink()
    fixtures.bundle(tmp_path / "nb360.tar", published)
    task = refused("spherical", server, (tmp_path / "nb360.tar").read_bytes())
    with pytest.raises(DataError, match=r"403.*nb360\.tar: it has no 'spherical/s2_cifar100\.gz'"):
        fetch(task, tmp_path / "raw/spherical")
    with pytest.raises(DataError, match="one by one"):
        add_source("nb360", tmp_path / "nb360.tar", tmp_path / "raw")


def test_another_file_is_no_bundle(tmp_path, published):
    with pytest.raises(DataError, match=r"not the bundle 'nb360\.tar'"):
        add_source("nb360", published / "protein.zip", tmp_path / "raw")


def test_without_a_person_s_word_the_bundle_s_pickles_are_not_taken(tmp_path, tar):
    with pytest.raises(DataError, match=r"no digest of it is published"):
        add_source("nb360", tar, tmp_path / "raw")
