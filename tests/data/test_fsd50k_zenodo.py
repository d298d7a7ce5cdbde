import io

import numpy as np
import pytest
import soundfile

from orca.data.raw_file import open_split_zip
from orca.data.tasks.fsd50k.mel import log_mel
from orca.data.tasks.fsd50k.whole_clips import seconds_of
from orca.errors import DataError
from tests.data import fixtures_nas_bench_360 as fixtures
from tests.data.made_tasks import samples_of

CLIPS = {
    "train": {
        11: (44100 * 3, "Sound_3"),
        7: (20000, "Sound_5,Sound_199"),
        9: (44100 * 9, "Sound_1"),
    },
    "val": {5: (44100 * 2, "Sound_0")},
    "eval": {3: (44100 * 12, "Sound_7"), 4: (44101, "Sound_8")},
}


@pytest.mark.parametrize("parts", [1, 2, 5])
def test_a_zip_file_in_parts_holds_what_was_put_in(tmp_path, parts):
    contents = {f"folder/{n}": fixtures.GENERATOR.bytes(1000 + 300 * n) for n in range(20)}
    path = tmp_path / "some.zip"
    fixtures.split_zip(path, contents, parts)
    files = tuple(tmp_path / f"some.z{n:02d}" for n in range(1, parts)) + (path,)
    with open_split_zip(files) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == contents
        assert archive.testzip() is None


def test_a_zip_file_with_a_part_missing_is_named(tmp_path):
    fixtures.split_zip(tmp_path / "some.zip", {"a": bytes(1000)}, 3)
    with pytest.raises(DataError, match=r"some\.zip"):
        open_split_zip((tmp_path / "some.z09", tmp_path / "some.zip"))
    with pytest.raises(DataError, match=r"some\.z01"):
        open_split_zip((tmp_path / "some.zip", tmp_path / "some.z01"))


def test_seconds_overlap_by_half():
    assert [seconds_of(n) for n in (100, 22050, 33074, 33075, 44100)] == [1, 1, 1, 2, 3]


def test_clips_are_cut_into_seconds_of_their_lists(sources, go):
    made = fixtures.whole_clips(sources, CLIPS)
    fit, test = go("fsd50k_zenodo")
    # Three seconds have 5 overlapping ones; of 17, 8 are drawn; a short clip has one.
    assert np.bincount(fit.groups(fit.rows("train")))[[7, 9, 11]].tolist() == [1, 8, 5]
    assert set(fit.groups(fit.rows("validation"))) == {5}
    assert np.bincount(test.groups(test.rows("test")))[[3, 4]].tolist() == [23, 1]
    inputs, labels = samples_of(fit, "train")
    assert inputs.shape == (14, 1, 96, 102)
    assert np.flatnonzero(labels[0]).tolist() == [5, 199]
    assert not inputs[..., 101].any()
    samples, _ = soundfile.read(io.BytesIO(made[7]), dtype="float32")
    assert np.abs(inputs[0, 0, :60, :101] - _plainly_halved(samples)[:60]).mean() < 1.5


def _plainly_halved(samples):
    """Return the spectrogram of every second sample, repeated; much the same at low frequencies."""
    return log_mel(np.resize((samples[::2] + samples[1::2]) / 2, 22050).astype(np.float32))


def test_a_list_that_names_an_absent_clip_is_refused(sources, go):
    fixtures.whole_clips(sources, CLIPS)
    other = {**CLIPS, "val": {5: (44100, "Sound_0"), 6: (44100, "Sound_0")}}
    (sources / "other").mkdir()
    fixtures.whole_clips(sources / "other", other)
    (sources / "other/FSD50K.ground_truth.zip").replace(sources / "FSD50K.ground_truth.zip")
    with pytest.raises(DataError, match="is no clip that is there"):
        go("fsd50k_zenodo")
