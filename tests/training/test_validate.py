import tracemalloc
from dataclasses import replace

import numpy as np
import torch

from orca.data.store import Prepared
from orca.data.target import Field
from orca.training.settings import FinetuneSettings
from orca.training.validate import Validation, pool
from tests.training.toys import FIELDS, write_prepared

LOGITS = np.array([[2.0, 0.0], [0.0, 1.0], [0.0, 1.0], [3.0, 0.0]], np.float32)
TARGETS = np.array([1, 1, 1, 0])
GROUPS = np.array([7, 7, 7, 9])


def test_the_mean_of_a_recording_is_of_its_pieces_logits():
    predicted, targets = pool(LOGITS, TARGETS, GROUPS, how="mean")
    np.testing.assert_allclose(predicted, [[2 / 3, 2 / 3], [3, 0]], rtol=1e-6)
    assert targets.tolist() == [1, 0]


def test_the_majority_of_a_recording_is_of_its_pieces_classes():
    predicted, _ = pool(LOGITS, TARGETS, GROUPS, how="majority")
    assert predicted.argmax(axis=1).tolist() == [1, 0]


def test_without_groups_each_piece_stands_for_itself():
    assert pool(LOGITS, TARGETS, None, how="mean")[0] is LOGITS


def test_scoring_fields_takes_little_memory_beside_their_predictions(tmp_path):
    size, count = (128, 128), 1200
    samples = replace(FIELDS.samples, test=count)
    task = replace(FIELDS, input_shape=(1, *size), target=Field(grid=size), samples=samples)
    with Prepared(write_prepared(tmp_path / "test.h5", task, part="test"), task) as data:
        validation = Validation(
            data=data,
            rows=data.rows("test"),
            metric="nrmse",
            settings=FinetuneSettings(batch_size=16),
        )
        tracemalloc.start()
        value, _ = validation.score(torch.nn.Conv2d(1, 1, 1))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert value > 0
    assert peak < 1.3 * count * 128 * 128 * 4
