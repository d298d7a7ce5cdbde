"""Ways around the benchmark's own files: what the authors of the data publish."""

import tarfile
from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import butter, lfilter

from orca.data.fetch import fetch
from orca.data.nas_bench_360 import Bundle, Held
from orca.data.task import TASKS, Normalisation, Samples
from orca.errors import DataError
from tests.data import fixtures_nas_bench_360 as fixtures
from tests.data.conftest import refused, resized, vouched
from tests.data.made_tasks import samples_of

PROTEINS = {"deepcov": [20, 31, 25], "psicov": [28]}
SOME = Samples(train=300, validation=30, test=30)


def test_psicov_comes_out_of_its_author_s_archive_before_the_bundle_is_fetched(
    sources, server, through
):
    made = fixtures.proteins(sources / "protein.zip", PROTEINS)
    fixtures.pdnet(sources / "pdnet.tar.gz", sources / "protein.zip")
    content = (sources / "pdnet.tar.gz").read_bytes()
    task = resized(refused("psicov", server, content, b"40 GB"), (40, 40))
    task = replace(task, samples=Samples(train=2, validation=1, test=1))
    _, test = through("psicov", task)
    assert server.files["/nb360.tar"].asked == []
    maps = test.read(np.array([0]))[0][0]
    np.testing.assert_array_equal(maps[54, :28, :28], made["ps0"][0]["ccmpred"])


@pytest.fixture
def recordings(sources):
    """Ten subjects' zip files, of which each has its own length."""
    return {n: fixtures.db5(sources / f"s{n}.zip", 5000 + 100 * n) for n in range(1, 11)}


def windows_of(recording):
    """Return a recording's windows as the benchmark's script has them, all that overlap included."""
    signal = lfilter(*butter(3, 0.02, btype="high"), np.abs(recording["emg"])).astype(np.float16)
    found = {}
    for start in range(0, len(signal) - 51, 5):
        some = slice(start, start + 52)
        if len(set(recording["rerepetition"][some, 0])) == 1:
            found[signal[some].T.tobytes()] = recording["restimulus"][some].min()
    return found


def test_ninapro_s_windows_are_some_of_the_script_s_with_their_gestures(recordings, go):
    fit, test = go("ninapro_rebuilt", samples=SOME, normalisation=Normalisation())
    known = {}
    for recording in recordings.values():
        known |= windows_of(recording)
    for prepared, part in ((fit, "train"), (fit, "validation"), (test, "test")):
        inputs, labels = samples_of(prepared, part)
        assert len(labels) == getattr(SOME, part)
        for window, label in zip(inputs, labels, strict=True):
            assert label == known[window[0].astype(np.float16).tobytes()]


def test_ninapro_s_windows_are_drawn_alike_each_time_and_none_twice(recordings, go):
    drawn = [go("ninapro_rebuilt", out, samples=SOME) for out in ("one", "two")]
    (one, test), (two, _) = drawn
    np.testing.assert_array_equal(samples_of(one, "fit")[0], samples_of(two, "fit")[0])
    windows = np.concatenate([samples_of(one, "fit")[0], samples_of(test, "test")[0]])
    assert len(np.unique(windows.reshape(360, -1), axis=0)) == 360
    assert len(np.unique(samples_of(one, "fit")[1])) > 10


def test_recordings_too_short_are_refused(sources, go):
    for number in range(1, 11):
        fixtures.db5(sources / f"s{number}.zip", 500)
    with pytest.raises(DataError, match=r"s10\.zip have \d+ windows of 360"):
        go("ninapro_rebuilt", samples=SOME)


COUNTS = {"train": 50, "valid": 4, "test": 3}
FEW = Samples(train=20, validation=4, test=3)


def test_deepsea_s_own_files_give_all_labels_and_training_pieces_spread_evenly(sources, go):
    made = fixtures.deepsea_of_the_authors(sources, COUNTS)
    fit, test = go("deepsea_919", samples=FEW)
    chosen = np.arange(20) * 50 // 20
    for prepared, part, name, rows in (
        (fit, "train", "train", chosen), (fit, "validation", "valid", range(4)),
        (test, "test", "test", range(3)),
    ):  # fmt: skip
        inputs, labels = samples_of(prepared, part)
        np.testing.assert_array_equal(inputs, made[f"x_{name}"][list(rows)])
        np.testing.assert_array_equal(labels, made[f"y_{name}"][list(rows)])


def test_deepsea_s_files_come_out_of_one_archive_fetched_once(tmp_path, sources, server):
    fixtures.deepsea_of_the_authors(sources, COUNTS)
    with tarfile.open(tmp_path / "made.tar.gz", "w:gz") as tar:
        for path in sorted(sources.glob("*.mat")):
            tar.add(path, f"deepsea_train/{path.name}")
    task = refused("deepsea_919", server, (tmp_path / "made.tar.gz").read_bytes())
    fetch(task, tmp_path / "raw/deepsea_919")
    assert len(server.files["/deepsea_train_bundle.v0.9.tar.gz"].asked) == 1
    for path in sources.glob("*.mat"):
        assert (tmp_path / "raw/deepsea_919" / path.name).read_bytes() == path.read_bytes()


def test_other_pieces_than_the_declared_ones_are_refused(sources, go):
    fixtures.deepsea_of_the_authors(sources, {**COUNTS, "test": 5})
    with pytest.raises(DataError, match=r"test\.mat: its pieces have the shape \(5, 4, 1000\)"):
        go("deepsea_919", samples=FEW)


@pytest.mark.parametrize("name", ["deepsea_919", "psicov"])
def test_who_has_no_server_for_a_file_is_told_what_each_answered(tmp_path, server, name):
    ways = [
        replace(
            way,
            urls=(),
            held=tuple(
                Held(place.member, Bundle((replace(place.bundle.files[0], urls=()),), f"a{n}"))
                for n, place in enumerate(way.held)
            ),
        )
        for way in TASKS[name].files
    ]
    with pytest.raises(DataError) as told:
        vouched(replace(TASKS[name], files=tuple(ways)), tmp_path / "raw" / name)
    assert all(place.bundle.name in told.value.what for place in ways[0].held)
