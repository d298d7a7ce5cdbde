import numpy as np
import pytest

import orca.alignment.pseudo_labels as module
from orca.alignment.pseudo_labels import pseudo_labels
from orca.errors import FeatureError


def clustered_outputs(count, rng):
    """Fields of 2 x 3 around four values far apart, and which."""
    kind = rng.integers(4, size=count)
    fields = rng.normal(size=(count, 2, 3)) * 0.1 + 10 * kind[:, None, None]
    return fields.astype(np.float32), kind


def agree(labels, kind):
    pairs = set(zip(labels.tolist(), kind.tolist(), strict=True))
    return len(pairs) == len(set(labels.tolist())) == len(set(kind.tolist()))


@pytest.mark.parametrize("batch", [10_000, 50])
def test_outputs_far_apart_get_classes_of_their_own(batch, monkeypatch):
    monkeypatch.setattr(module, "BATCH", batch)
    outputs, kind = clustered_outputs(200, np.random.default_rng(0))
    assert agree(pseudo_labels([outputs], clusters=4, seed=0), kind)


def test_blocks_give_what_the_whole_gives():
    outputs, _ = clustered_outputs(60, np.random.default_rng(1))
    whole = pseudo_labels([outputs], clusters=4, seed=0)
    blocks = pseudo_labels((outputs[i : i + 7] for i in range(0, 60, 7)), clusters=4, seed=0)
    np.testing.assert_array_equal(whole, blocks)


def test_one_seed_gives_one_labelling():
    outputs = np.random.default_rng(2).normal(size=(80, 1))
    first, second = (pseudo_labels([outputs], clusters=10, seed=3) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert set(first.tolist()) == set(range(10))


def test_fewer_samples_than_clusters_are_refused():
    with pytest.raises(FeatureError, match="10 clusters asked of 4 samples"):
        pseudo_labels([np.zeros((4, 1))], clusters=10, seed=0)


def test_missing_outputs_are_refused():
    with pytest.raises(FeatureError, match="NaN or infinity"):
        pseudo_labels([np.full((4, 1), np.nan)], clusters=2, seed=0)
