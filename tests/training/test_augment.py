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


def test_a_crop_is_the_image_shifted_with_zeros_coming_in():
    image = torch.arange(1.0, 17).reshape(1, 1, 4, 4)
    for seed in range(50):
        crop = changed("random_crop_padding_4", image, seed)[0, 0]
        kept = crop[crop != 0]
        assert set(kept.tolist()) <= set(image.flatten().tolist())
        assert len(kept) == len(set(kept.tolist()))


def test_about_half_of_the_images_are_mirrored_and_the_rest_left():
    flipped = changed("horizontal_flip", IMAGES, 0)
    mirrored = [torch.equal(a, b.flip(2)) for a, b in zip(flipped, IMAGES, strict=True)]
    kept = [torch.equal(a, b) for a, b in zip(flipped, IMAGES, strict=True)]
    assert all(a or b for a, b in zip(mirrored, kept, strict=True))
    assert 20 < sum(mirrored) < 44
