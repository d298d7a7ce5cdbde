import pytest
import torch

from orca.training.augment import AUGMENTATIONS
from orca.training.batches import seeded

IMAGES = torch.randn(64, 3, 32, 32)


def changed(name, images, seed):
    images = images.clone()
    AUGMENTATIONS[name](images, seeded(seed))
    return images


@pytest.mark.parametrize("name", AUGMENTATIONS)
@pytest.mark.parametrize("stored", [torch.uint8, torch.float16, torch.float32])
def test_equal_generators_give_equal_changes_whatever_is_stored(name, stored):
    images = (IMAGES.clamp(0, 4) * 60).to(stored)
    first, again = (changed(name, images, 1) for _ in range(2))
    assert torch.equal(first, again)
    assert not torch.equal(first, images)
