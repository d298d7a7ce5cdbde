from dataclasses import replace

import numpy as np
import pytest
import torch

from orca.data.store import Prepared
from orca.training.augment import AUGMENTATIONS
from orca.training.batches import Batches, seeded
from tests.edited import edited
from tests.training.toys import CLASSES, CPU, write_prepared


@pytest.fixture
def prepared(tmp_path):
    with Prepared(write_prepared(tmp_path / "fit.h5", CLASSES, part="fit"), CLASSES) as opened:
        yield opened


def numbers(batches, epoch):
    return np.concatenate(
        [batches.sample_numbers(epoch, batch) for batch in range(batches.per_epoch)]
    )


def test_an_epoch_sees_every_sample_once_in_an_order_of_its_own(prepared):
    batches = Batches(prepared, np.arange(5, 50), 8, 0, CPU)
    first, second = numbers(batches, 0), numbers(batches, 1)
    assert sorted(first) == sorted(second) == list(range(5, 50))
    assert first.tolist() != second.tolist()


def test_one_piece_of_each_recording_is_drawn_anew_in_each_epoch(tmp_path):
    task = replace(CLASSES, redraw=True)
    path = write_prepared(tmp_path / "fit.h5", task, part="fit")
    with edited(path) as file:
        file["groups"] = np.arange(60) // 4
    with Prepared(path, task) as prepared:
        batches = Batches(prepared, np.arange(60), 5, 0, CPU)
        epochs = [numbers(batches, epoch) for epoch in range(20)]
    assert all(sorted(epoch // 4) == list(range(15)) for epoch in epochs)
    assert len(set(np.concatenate(epochs))) > 50


@pytest.mark.parametrize("first", [0, 5])
def test_batches_that_are_loaded_ahead_are_those_that_are_read_one_by_one(first, prepared):
    batches = Batches(prepared, np.arange(60), 7, 3, CPU)
    found = list(batches.epoch(2, first))
    assert [number for number, _ in found] == list(range(first, batches.per_epoch))
    for number, tensors in found:
        assert all(map(torch.equal, tensors, batches.read(2, number)))


def test_an_epochs_order_is_drawn_once(prepared, monkeypatch):
    drawn, whole = [], torch.randperm
    monkeypatch.setattr(torch, "randperm", lambda *n, **o: drawn.append(n) or whole(*n, **o))
    batches = Batches(prepared, np.arange(60), 7, 3, CPU)
    for epoch in (0, 1):
        numbers(batches, epoch)
    assert len(drawn) == 2


def test_an_epoch_passes_over_a_small_set_as_often_as_its_least_batches_take(prepared):
    once = Batches(prepared, np.arange(60), 7, 3, CPU)
    often = Batches(prepared, np.arange(60), 7, 3, CPU, least=20)
    assert once.per_epoch == 9
    assert often.per_epoch == 27
    passes = [
        np.concatenate([often.sample_numbers(1, batch) for batch in range(start, start + 9)])
        for start in (0, 9, 18)
    ]
    for number, found in enumerate(passes, start=3):
        assert sorted(found) == list(range(60))
        of_once = [once.sample_numbers(number, batch) for batch in range(9)]
        assert np.array_equal(found, np.concatenate(of_once))


@pytest.mark.parametrize("name", AUGMENTATIONS)
@pytest.mark.parametrize("stored", [torch.uint8, torch.float16, torch.float32])
def test_equal_generators_give_equal_changes_whatever_is_stored(name, stored):
    images = (torch.randn(64, 3, 32, 32).clamp(0, 4) * 60).to(stored)
    first, again = images.clone(), images.clone()
    for changed in (first, again):
        AUGMENTATIONS[name](changed, seeded(1))
    assert torch.equal(first, again)
    assert not torch.equal(first, images)
