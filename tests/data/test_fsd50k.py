import io
import zipfile

import librosa
import numpy as np
import pytest
import soundfile

from orca.data.masks import masks
from orca.data.raw_file import open_split_zip
from orca.data.tasks.fsd50k.clips import disturbed, masked, spectrogram
from orca.data.tasks.fsd50k.mel import RATE, log_mel
from orca.errors import DataError
from tests.data import fixtures_fsd50k as fixtures
from tests.data.made_tasks import samples_of

CLIPS = {
    "tr": {64760: (3, "Sound_1,Sound_5"), 16399: (12, "Sound_2"), 16401: (1, "Sound_3")},
    "val": {16402: (2, "Sound_1")},
    "eval": {37199: (4, "Sound_5,Sound_199"), 175151: (1, "Sound_0")},
}


def test_fsd50k_keeps_some_seconds_of_a_training_clip_and_all_of_a_test_clip(sources, go):
    made = fixtures.sounds(sources / "audio.zip", CLIPS)
    fit, test = go("fsd50k")
    clips = fit.groups(fit.rows("train"))
    assert {clip: (clips == clip).sum() for clip in CLIPS["tr"]} == {64760: 3, 16399: 8, 16401: 1}
    assert set(fit.groups(fit.rows("validation"))) == {16402}
    assert test.groups(test.rows("test")).tolist() == [37199] * 4 + [175151]
    labels = samples_of(test, "test")[1]
    assert np.flatnonzero(labels[0]).tolist() == [5, 199]
    assert np.flatnonzero(labels[4]).tolist() == [0]
    expected = spectrogram(made["eval_chunks/37199_2.wav"], where="here")
    seen = samples_of(test, "test")[0][2, 0]
    np.testing.assert_allclose(seen[:, :101], expected, atol=0.03)
    assert not seen[:, 101].any()


def test_fsd50k_as_official_disturbs_one_second_of_each_training_clip_and_no_other(sources, go):
    clips = {**CLIPS, "tr": {number: (2, "Sound_1") for number in range(60)}}
    made = fixtures.sounds(sources / "audio.zip", clips)
    fit, test = go("fsd50k_official")
    assert fit.groups(fit.rows("train")).tolist() == list(range(60))
    inputs = samples_of(fit, "train")[0][:, 0]
    whole, masked_at_most = 0, 0
    for number, seen in enumerate(inputs):
        pieces = [spectrogram(made[f"dev_chunks/{number}_{k}.wav"], where="") for k in (0, 1)]
        same = [np.abs(seen[:, :101] - own) < 0.03 for own in pieces]
        hidden = [np.abs(seen[:, :101] - own.min()) < 0.03 for own in pieces]
        whole += any(kept.all() for kept in same)
        masked_at_most += any((a | b).all() for a, b in zip(same, hidden, strict=True))
    # Three of four have noise; of the others, one of two has masks.
    assert 6 <= masked_at_most <= 26
    assert 1 <= whole < masked_at_most
    assert not inputs[:, :, 101].any()
    for part, place in (("validation", "dev_chunks/16402_"), ("test", "eval_chunks/37199_")):
        prepared = fit if part == "validation" else test
        seen = samples_of(prepared, part)[0][0, 0, :, :101]
        pieces = [spectrogram(made[f"{place}{k}.wav"], where="") for k in (0, 1)]
        assert min(np.abs(seen - own).max() for own in pieces) < 0.03


def test_the_noise_is_the_same_each_time(sources, go):
    fixtures.sounds(sources / "audio.zip", CLIPS)
    first, second = (
        samples_of(go("fsd50k_official", folder)[0], "fit")[0] for folder in ("one", "two")
    )
    np.testing.assert_array_equal(first, second)


def test_an_archive_without_noise_serves_the_task_but_not_the_official_variant(sources, go):
    fixtures.sounds(sources / "whole.zip", CLIPS)
    with (
        zipfile.ZipFile(sources / "whole.zip") as whole,
        zipfile.ZipFile(sources / "audio.zip", "w") as archive,
    ):
        for name in whole.namelist():
            if not name.startswith("noise_22050/"):
                archive.writestr(name, whole.read(name))
    go("fsd50k")
    with pytest.raises(DataError, match="no sounds under 'noise_22050'"):
        go("fsd50k_official")


def test_a_list_that_names_an_absent_sound_is_refused(sources, go):
    fixtures.sounds(sources / "audio.zip", CLIPS)
    with zipfile.ZipFile(sources / "audio.zip", "a") as archive, pytest.warns(UserWarning):
        archive.writestr("chunks/val.csv", "files,labels,ext\n/mnt/1_0.wav,Sound_1,1\n")
    with pytest.raises(DataError, match="no piece of a clip that is there"):
        go("fsd50k")


@pytest.mark.parametrize(
    ("content", "said"), [(fixtures.wav(44100, rate=44100), "44100 Hz"), (b"RIFF", "decoded")]
)
def test_a_sound_of_another_rate_or_none_is_refused(content, said):
    with pytest.raises(DataError, match=said):
        spectrogram(content, where="here")


WHOLE_CLIPS = {
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


def test_clips_are_cut_into_seconds_of_their_lists(sources, go):
    made = fixtures.whole_clips(sources, WHOLE_CLIPS)
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
    fixtures.whole_clips(sources, WHOLE_CLIPS)
    other = {**WHOLE_CLIPS, "val": {5: (44100, "Sound_0"), 6: (44100, "Sound_0")}}
    (sources / "other").mkdir()
    fixtures.whole_clips(sources / "other", other)
    (sources / "other/FSD50K.ground_truth.zip").replace(sources / "FSD50K.ground_truth.zip")
    with pytest.raises(DataError, match="is no clip that is there"):
        go("fsd50k_zenodo")


def test_a_spectrogram_agrees_with_librosa_s():
    samples = fixtures.GENERATOR.normal(0, 0.1, RATE)
    power = librosa.feature.melspectrogram(
        y=samples, sr=22050, n_fft=1920, hop_length=220, win_length=661, n_mels=96,
        htk=True, norm=None, pad_mode="reflect",
    )  # fmt: skip
    decibel = librosa.power_to_db(power)
    np.testing.assert_allclose(log_mel(samples), decibel - decibel.mean(), atol=1e-3)


def test_silence_has_a_spectrogram_of_zeros():
    assert (log_mel(np.zeros(RATE)) == 0).all()


SILENCE = np.zeros((96, 101), np.float32)


def many(spectrum, noises, count=4000):
    generator = np.random.default_rng(0)
    return np.array([disturbed(spectrum, noises, generator)[0, 0] for _ in range(count)])


def test_noise_comes_in_three_of_four_times_and_counts_half_at_most():
    levels = many(SILENCE, [np.full((96, 300), 8.0)])
    mixed = levels[levels > 0]
    assert len(mixed) / len(levels) == pytest.approx(0.75, abs=0.02)
    assert mixed.max() <= 4.0
    # A uniform share has these quarters.
    np.testing.assert_allclose(np.quantile(mixed, (0.25, 0.5, 0.75)), (1, 2, 3), atol=0.12)


def test_what_noise_adds_the_sound_gives_up():
    levels = many(np.full((96, 101), 8.0), [np.full((96, 300), 8.0)])
    np.testing.assert_allclose(levels, 8.0, atol=1e-5)


def test_any_noise_is_taken_from_any_of_its_frames_on():
    """Frame k of the first noise is 1000 + k, of the second -1000 - k; shares cancel out."""
    generator = np.random.default_rng(0)
    ramp = np.broadcast_to(1000 + np.arange(104.0), (96, 104))
    starts = set()
    for _ in range(3000):
        seen = disturbed(SILENCE, [ramp, -ramp], generator)[0]
        share = np.abs(seen[1] - seen[0])
        if share > 1e-3 and np.allclose(np.diff(seen, 2), 0, atol=1e-3):
            starts.add((np.sign(seen[0]), round(float(np.abs(seen[0]) / share)) - 1000))
    assert {start for _, start in starts} == {0, 1, 2, 3}
    assert {sign for sign, _ in starts} == {-1, 1}


def test_half_of_the_spectrograms_have_one_or_two_bands_of_either_kind():
    generator = np.random.default_rng(0)
    drawn = [masks(96, 101, generator.random) for _ in range(4000)]
    counts = np.bincount([len(places) for places in drawn], minlength=5) / len(drawn)
    np.testing.assert_allclose(counts, (0.5, 0, 0.25, 0, 0.25), atol=0.03)
    bins = [place[0] for places in drawn for place in places[::2]]
    frames = [place[1] for places in drawn for place in places[1::2]]
    for bands, size, widest in ((bins, 96, 14), (frames, 101, 20)):
        widths = [band.stop - band.start for band in bands]
        assert (min(widths), max(widths)) == (0, widest)
        assert min(band.start for band in bands) == 0
        assert max(band.stop for band in bands) == size


def test_what_is_hidden_has_the_smallest_value_and_the_rest_stays():
    generator = np.random.default_rng(1)
    spectrum = generator.permutation(96 * 101).reshape(96, 101).astype(np.float32) + 1
    for _ in range(50):
        seen = masked(spectrum, generator)
        changed = seen != spectrum
        assert set(seen[changed].tolist()) <= {1.0}
    assert spectrum.min() == 1
