import pytest
import torch

from orca.training.augment import AUGMENTATIONS, horizontal_flip, random_crop_padding_4
from orca.training.batches import seeded

ZERO = torch.full((3, 1, 1), -2.0)
IMAGES = torch.randn(64, 3, 32, 32)


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_shape_stays_and_equal_generators_give_equal_changes(name):
    first, again = (AUGMENTATIONS[name](IMAGES, ZERO, seeded(1)) for _ in range(2))
    assert first.shape == IMAGES.shape
    assert torch.equal(first, again)
    assert not torch.equal(first, IMAGES)


def test_a_crop_is_the_image_shifted_with_raw_zeros_coming_in():
    image = torch.arange(1.0, 17).reshape(1, 1, 4, 4)
    zero = torch.zeros(1, 1, 1)
    for seed in range(50):
        crop = random_crop_padding_4(image, zero, seeded(seed))[0, 0]
        kept = crop[crop != 0]
        assert set(kept.tolist()) <= set(image.flatten().tolist())
        assert len(kept) == len(set(kept.tolist()))


def test_about_half_of_the_images_are_mirrored_and_the_rest_left():
    flipped = horizontal_flip(IMAGES, ZERO, seeded(0))
    mirrored = [torch.equal(a, b.flip(2)) for a, b in zip(flipped, IMAGES, strict=True)]
    kept = [torch.equal(a, b) for a, b in zip(flipped, IMAGES, strict=True)]
    assert all(a or b for a, b in zip(mirrored, kept, strict=True))
    assert 20 < sum(mirrored) < 44
