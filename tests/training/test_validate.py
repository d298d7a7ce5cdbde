import numpy as np

from orca.training.validate import pool

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
