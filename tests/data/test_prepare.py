import json
import tracemalloc
from dataclasses import replace

import h5py
import numpy as np
import pytest

from orca.data.target import Field
from orca.data.task import Normalisation, Part, Samples, Splits
from orca.errors import DataError
from tests.data.made_tasks import CLASSES, FIELDS, arrays, cut, prepare, samples_of

NAMES = {"fit.h5", "test.h5", "card.json", "schema.json"}


def test_preparing_twice_gives_the_same_bytes(tmp_path, monkeypatch):
    for folder in ("one", "two"):
        prepare(FIELDS, tmp_path / folder, monkeypatch)
    for name in NAMES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_the_test_split_is_normalised_by_the_training_constants(made):
    task = replace(FIELDS, normalisation=Normalisation(inputs="per_channel"))
    fit, test = made(task)
    raw, _ = arrays(task)
    train = raw[fit.rows("train")].astype(np.float64)
    mean = train.mean(axis=(0, 2))[:, None]
    std = train.std(axis=(0, 2))[:, None]
    expected = (raw[task.samples.fit :] - mean) / std
    np.testing.assert_allclose(samples_of(test, "test")[0], expected, rtol=1e-4, atol=1e-5)


def test_a_place_where_targets_hardly_vary_is_decoded_to_nearly_their_mean(made):
    task = replace(FIELDS, normalisation=Normalisation(targets="per_position"))
    inputs, targets = arrays(task)
    targets[:, 0, 0] = 7.0
    _, test = made(task, splits=cut(inputs, targets))
    decoded = test.target_constants.decode_predicted(np.ones((2, 1, 8), np.float32))
    np.testing.assert_allclose(decoded[:, 0, 0], 7.0, atol=0.01)
    assert (decoded[:, 0, 1:] > 5.5).all()


def test_the_mask_of_a_masked_field_is_not_normalised(made):
    task = replace(
        FIELDS,
        target=Field(grid=(8,), masked=True),
        normalisation=Normalisation(targets="per_channel"),
    )
    inputs, targets = arrays(task)
    targets[:, 1] = targets[:, 1] > 5
    fit, _ = made(task, splits=cut(inputs, targets))
    seen = samples_of(fit, "train")[1]
    assert set(np.unique(seen[:, 1])) == {0.0, 1.0}
    assert fit.target_constants.decode_predicted(
        np.zeros((1, 1, 8), np.float32)
    ).mean() == pytest.approx(5, abs=1)


def test_pieces_of_one_recording_stay_together(made):
    inputs, targets = arrays(CLASSES)
    whole = cut(inputs, targets)
    pieces = replace(whole.fit, groups=np.repeat(np.arange(20), 4))
    fit, _ = made(CLASSES, splits=replace(whole, fit=pieces))
    train, validation = (set(fit.groups(fit.rows(p))) for p in ("train", "validation"))
    assert validation
    assert not train & validation


def test_the_card_counts_what_the_files_hold(tmp_path, monkeypatch):
    prepare(CLASSES, tmp_path, monkeypatch)
    card = json.loads((tmp_path / "card.json").read_text())
    assert card["parts"]["train"]["samples"] == 60
    assert card["parts"]["validation"]["per_class"] == [5, 5, 5, 5]
    assert card["parts"]["test"]["per_class"] == [6, 6, 6, 6]
    assert card["input_shape"] == [3, 8]
    assert card["inputs"]["max"] == pytest.approx(arrays(CLASSES)[0][:80].max(), rel=1e-5)


def test_samples_lie_in_one_piece_on_whole_pages(tmp_path, monkeypatch):
    task = replace(CLASSES, input_shape=(3, 101))
    prepare(task, tmp_path, monkeypatch)
    with h5py.File(tmp_path / "fit.h5") as file:
        assert file["inputs"].id.get_offset() % 4096 == 0


def test_memory_does_not_grow_with_the_number_of_samples(tmp_path, monkeypatch):
    peaks = []
    for blocks in (4, 32):
        task = replace(
            CLASSES, input_shape=(1, 4096), normalisation=Normalisation(inputs="per_channel"),
            samples=Samples(train=blocks * 100, validation=blocks * 28, test=128),
        )  # fmt: skip

        def stream(count):
            generator = np.random.default_rng(0)
            for _ in range(count):
                values = generator.normal(size=(128, 1, 4096)).astype(np.float32)
                yield values, np.arange(128) % 4

        splits = Splits(
            fit=Part(blocks * 128, lambda b=blocks: stream(b)), test=Part(128, lambda: stream(1))
        )
        tracemalloc.start()
        prepare(task, tmp_path / str(blocks), monkeypatch, splits=splits)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # 64 MB of samples more; what is read back comes in portions of 64 MiB at most.
    assert peaks[1] < 4 * 64 * 2**20
    assert peaks[0] < 40 * 2**20


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda x, y: x.__setitem__((17, 0, 0), np.nan), "input of sample 17 is not finite"),
        (lambda x, y: y.__setitem__(y == 2, 1), "class 2 has no training sample"),
        (lambda x, y: y.__setitem__(5, 4), "labels from 0 to 4 for 4 classes"),
    ],
)
def test_bad_values_are_refused_and_leave_no_file(tmp_path, monkeypatch, change, said):
    inputs, targets = arrays(CLASSES)
    change(inputs, targets)
    with pytest.raises(DataError, match=said):
        prepare(CLASSES, tmp_path, monkeypatch, splits=cut(inputs, targets))
    assert not list(tmp_path.glob("*.h5"))


def test_another_number_of_samples_than_declared_is_refused(tmp_path, monkeypatch):
    splits = cut(*arrays(CLASSES), 79)
    with pytest.raises(DataError, match="79 training and validation samples; 'made' declares 80"):
        prepare(CLASSES, tmp_path, monkeypatch, splits=splits)


@pytest.mark.parametrize("announced", [79, 81])
def test_blocks_that_do_not_add_up_are_refused(tmp_path, monkeypatch, announced):
    task = replace(CLASSES, samples=Samples(train=announced - 20, validation=20, test=24))
    whole = cut(*arrays(CLASSES))
    splits = replace(whole, fit=replace(whole.fit, count=announced))
    with pytest.raises(DataError, match="80 samples were read where"):
        prepare(task, tmp_path, monkeypatch, splits=splits)


def test_a_raw_file_that_fails_in_mid_reading_is_named(tmp_path, monkeypatch):
    inputs, targets = arrays(CLASSES)

    def failing():
        yield inputs[:40], targets[:40]
        raise OSError("Can't read data (inflate() failed)")

    splits = replace(cut(inputs, targets), fit=Part(80, failing))
    with pytest.raises(DataError, match="inflate") as fault:
        prepare(CLASSES, tmp_path, monkeypatch, splits=splits)
    assert "raw" in fault.value.where
    assert not list(tmp_path.glob("*.h5"))
