"""Samples on their way to a device."""

import numpy as np
import pytest
import torch

from orca.data.store import Prepared
from orca.training import samples as module
from orca.training.samples import AHEAD, SampleLoader, ahead
from tests.edited import edited
from tests.training.toys import CLASSES, CPU, FIELDS, write_prepared

ROWS = np.arange(3, 57)
WANTED = np.array([40, 3, 17, 17, 56])


def test_what_is_loaded_ahead_comes_in_order_and_only_a_few_items_ahead():
    taken = []

    def items():
        for number in range(20):
            taken.append(number)
            yield number

    for count, loaded in enumerate(ahead(lambda number: number**2, items())):
        assert loaded == count**2
        assert len(taken) <= count + 1 + AHEAD
    assert count == 19


def test_an_error_while_loading_comes_where_the_item_was_due():
    def load(number):
        if number == 3:
            raise ValueError("the third")
        return number

    found = []
    with pytest.raises(ValueError, match="the third"):
        found.extend(ahead(load, range(10)))
    assert found == [0, 1, 2]


def normalised(path, task):
    """Write a prepared file with constants that change something."""
    write_prepared(path, task, part="fit")
    generator = np.random.default_rng(1)
    with edited(path) as file:
        for what in ("inputs", "targets"):
            group = file[f"normalisation/{what}"]
            group["mean"][...] = generator.normal(size=group["mean"].shape)
            group["std"][...] = generator.uniform(0.5, 2, size=group["std"].shape)
    return path


@pytest.mark.parametrize("limit", [0, 1 << 30], ids=["from the file", "from memory"])
@pytest.mark.parametrize("task", [CLASSES, FIELDS], ids=["classes", "fields"])
def test_samples_are_what_the_prepared_set_gives_bit_for_bit(task, limit, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "HELD_BYTES", limit)
    with Prepared(normalised(tmp_path / "fit.h5", task), task) as prepared:
        samples = SampleLoader(prepared, ROWS, CPU)
        inputs = samples.inputs(samples.load("inputs", WANTED))
        targets = samples.targets(samples.load("targets", WANTED))
        for found, wanted in zip((inputs, targets), prepared.read(WANTED), strict=True):
            assert torch.equal(found, torch.from_numpy(wanted))
        assert bool(samples._held) == bool(limit)


@pytest.mark.parametrize("stored", ["uint8", "float16"])
def test_small_types_are_held_and_loaded_as_they_are_stored(stored, tmp_path, monkeypatch):
    path = write_prepared(tmp_path / "fit.h5", CLASSES, part="fit")
    with edited(path) as file:
        values = (file["inputs"][()] * 20 + 100).clip(0, 200).astype(stored)
        del file["inputs"]
        file["inputs"] = values
    size = (values[0].nbytes + 4) * len(ROWS)  # a class number has four bytes
    with Prepared(path, CLASSES) as prepared:
        for limit in (size - 1, size):
            monkeypatch.setattr(module, "HELD_BYTES", limit)
            samples = SampleLoader(prepared, ROWS, CPU)
            loaded = samples.load("inputs", WANTED)
            assert str(loaded.dtype) == f"torch.{stored}"
            assert torch.equal(loaded, torch.from_numpy(values[WANTED]))
            assert bool(samples._held) == (limit == size)
            assert samples.inputs(loaded).dtype == torch.float32
