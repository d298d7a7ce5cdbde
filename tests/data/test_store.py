from dataclasses import replace

import h5py
import numpy as np
import pytest

from orca.data.prepared_file import seal
from orca.data.store import Prepared
from orca.data.task import AS_READ, Normalisation
from orca.errors import DataError
from tests.data.made_tasks import CLASSES, FIELDS, arrays, cut, samples_of
from tests.edited import edited

NORMALISED = replace(
    FIELDS, normalisation=Normalisation(inputs="per_channel", targets="per_channel")
)


@pytest.fixture
def folder(made, tmp_path):
    made(NORMALISED)
    return tmp_path


@pytest.fixture
def held_out(folder):
    return Prepared(folder / "test.h5", NORMALISED)


def test_no_rows_give_no_samples(held_out):
    inputs, targets = held_out.read(np.zeros(0, np.int64))
    assert inputs.shape == (0, 3, 8)
    assert targets.shape == (0, 1, 8)


def test_blocks_of_targets_hold_what_read_gives(held_out, monkeypatch):
    monkeypatch.setattr("orca.data.store.READ_BYTES", 100)
    blocks = list(held_out.target_blocks(held_out.rows("test")))
    assert len(blocks) > 1
    np.testing.assert_array_equal(np.concatenate(blocks), samples_of(held_out, "test")[1])


def test_rows_are_given_as_they_lie_in_the_file_and_fill_an_array_that_is_there(folder, held_out):
    rows = np.array([5, 0, 23, 5])
    out = np.empty((4, 3, 8), np.float32)
    assert held_out.stored("inputs", rows, out) is out
    with h5py.File(folder / "test.h5") as file:
        np.testing.assert_array_equal(out, file["inputs"][()][rows])


def test_a_file_whose_samples_lie_in_several_pieces_is_refused(folder, held_out):
    with edited(folder / "test.h5") as file:
        inputs = file["inputs"][()]
        del file["inputs"]
        file.create_dataset("inputs", data=inputs, chunks=(4, 3, 8))
    with pytest.raises(DataError, match="piece"):
        samples_of(held_out, "test")


def test_a_closed_file_opens_again_at_the_next_use(held_out):
    first = samples_of(held_out, "test")[0]
    held_out.close()
    np.testing.assert_array_equal(samples_of(held_out, "test")[0], first)


def test_classes_are_whole_numbers_and_logits_stay(made):
    _, test = made(CLASSES)
    assert samples_of(test, "test")[1].dtype == np.int64
    logits = np.arange(8, dtype=np.float32).reshape(2, 4)
    np.testing.assert_array_equal(test.target_constants.decode_predicted(logits), logits)


def test_whole_numbers_below_256_stay_small_on_disk(made, tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (104, 3, 8)).astype(np.uint8)
    targets = arrays(CLASSES)[1]
    rule = Normalisation(inputs="stated", means=(0.0,), deviations=(255.0,))
    task = replace(CLASSES, normalisation=rule)
    _, test = made(task, splits=cut(images, targets))
    with h5py.File(tmp_path / "test.h5") as file:
        assert file["inputs"].dtype == np.uint8
    np.testing.assert_allclose(samples_of(test, "test")[0], images[80:] / 255.0, rtol=1e-6)


def test_a_shape_left_to_the_data_is_the_files(made, tmp_path):
    made(CLASSES)
    open_ended = replace(CLASSES, input_shape=(AS_READ, AS_READ))
    with edited(tmp_path / "fit.h5") as file:
        file.attrs["task_digest"] = open_ended.digest
    assert Prepared(tmp_path / "fit.h5", open_ended).input_shape == (3, 8)


@pytest.mark.parametrize(
    ("name", "split"), [("fit.h5", "test"), ("test.h5", "train"), ("test.h5", "fit")]
)
def test_a_part_is_given_by_the_file_that_holds_it_alone(folder, name, split):
    with Prepared(folder / name, NORMALISED) as prepared, pytest.raises(DataError, match=split):
        prepared.rows(split)


def test_a_row_that_is_not_there_is_refused(held_out):
    with pytest.raises(DataError, match="24"):
        held_out.read(np.array([24]))


@pytest.mark.parametrize("attribute", ["format", "task_digest"])
def test_a_file_of_another_format_or_declaration_is_refused(folder, attribute):
    with edited(folder / "fit.h5") as file:
        file.attrs[attribute] = 0
    with pytest.raises(DataError, match=f"its {attribute} is 0") as fault:
        Prepared(folder / "fit.h5", NORMALISED).rows("train")
    assert f"snakemake {folder / 'fit.h5'}" in fault.value.mend


def test_a_value_that_is_not_finite_is_found_when_it_is_read(folder):
    with edited(folder / "fit.h5") as file:
        file["inputs"][9, 0, 0] = np.inf
    with Prepared(folder / "fit.h5", NORMALISED) as fit:
        fit.read(np.arange(9))
        with pytest.raises(DataError, match="'inputs' of sample 9 is not finite"):
            fit.read(np.array([30, 9, 2]))


@pytest.mark.parametrize("content", [b"", b"<!DOCTYPE html>", b"\x89HDF\r\n\x1a\n cut short"])
def test_what_is_no_hdf5_file_is_refused(tmp_path, content):
    (tmp_path / "fit.h5").write_bytes(content)
    seal(tmp_path, {})
    with pytest.raises(DataError, match="no HDF5 file that can be read"):
        Prepared(tmp_path / "fit.h5", CLASSES).rows("train")


def test_a_file_that_is_not_the_card_s_never_reaches_the_hdf5_library(folder, monkeypatch):
    """The library ends the process by a signal on some damaged files."""
    monkeypatch.setattr(h5py, "File", None)
    content = bytearray((folder / "fit.h5").read_bytes())
    content[100] ^= 1
    (folder / "fit.h5").write_bytes(content)
    for what in ("its sha256 is", "card.json", "it is missing"):
        with pytest.raises(DataError, match=what) as fault:
            Prepared(folder / "fit.h5", NORMALISED).rows("train")
        assert f"snakemake {folder / 'fit.h5'}" in fault.value.mend
        (folder / ("card.json" if what == "its sha256 is" else "fit.h5")).unlink(missing_ok=True)


def _overlap(file):
    file["validation"][0] = file["train"][0]


def _link(file):
    del file["inputs"]
    file["inputs"] = h5py.ExternalLink("elsewhere.h5", "inputs")


def _external(file):
    shape = file["inputs"].shape
    del file["inputs"]
    file.create_dataset("inputs", shape, "f4", external=[("elsewhere.bin", 0, h5py.h5f.UNLIMITED)])


def _huge(file):
    shape = (file["targets"].shape[0] * 10**9, *file["inputs"].shape[1:])
    del file["inputs"]
    file.create_dataset("inputs", shape, "f4", chunks=(1, *shape[1:]))


def _put(key, value):
    def change(file):
        file[key][...] = value

    return change


def _replaced(key, value):
    def change(file):
        del file[key]
        file[key] = value

    return change


HARMS = {
    "a deviation of 0": _put("normalisation/inputs/std", 0),
    "a deviation below 0": _put("normalisation/targets/std", -1),
    "a deviation that is no number": _put("normalisation/inputs/std", np.nan),
    "a mean that is no number": _put("normalisation/targets/mean", np.inf),
    "constants of another shape": _replaced("normalisation/inputs/mean", np.zeros((5, 7))),
    "constants that are text": _replaced("normalisation/inputs/mean", "none"),
    "no constants": lambda file: file.__delitem__("normalisation"),
    "rows of both parts": _overlap,
    "rows that are not there": _put("train", 10**6),
    "rows below 0": _put("validation", -1),
    "the same row twice": _put("validation", 3),
    "rows that are no whole numbers": _replaced("train", np.zeros(4)),
    "inputs of another shape": _replaced("inputs", np.zeros((80, 3, 9))),
    "inputs that are text": _replaced("inputs", np.full((80, 3, 8), b"a")),
    "more targets than inputs": _replaced("targets", np.zeros((81, 1, 8))),
    "a group instead of targets": lambda file: (file.__delitem__("targets"), file.create_group("targets")),
    "no validation": lambda file: file.__delitem__("validation"),
    "inputs in another file": _link,
    "numbers outside the file": _external,
    "more than the file can hold": _huge,
}  # fmt: skip


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS.keys())
def test_a_prepared_file_that_was_tampered_with_is_named_with_the_mend(folder, harm):
    with edited(folder / "fit.h5") as file:
        harm(file)
    with pytest.raises(DataError, match="fit.h5") as fault:
        samples_of(Prepared(folder / "fit.h5", NORMALISED), "train")
    assert f"snakemake {folder / 'fit.h5'}" in fault.value.mend


def test_a_target_that_is_none_of_the_classes_is_refused(made, tmp_path):
    fit, _ = made(CLASSES)
    with edited(tmp_path / "fit.h5") as file:
        file["targets"][7] = 99
    with pytest.raises(DataError, match="classes"):
        samples_of(fit, "fit")
