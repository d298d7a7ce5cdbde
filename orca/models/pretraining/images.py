"""The labelled images that a small body for grids is pretrained on: fractals and digits."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor
from torch.nn import functional

from orca.models.pretraining.fractals import fractal_images
from orca.models.pretraining.settings import PretrainSettings

DIGITS = 10
IMAGE_SIDE = 64  # of a fractal; the body resizes to its own


@dataclass(frozen=True, eq=False)
class LabelledImages:
    """Grey images with the number of each one's class.

    Args:
        images: all of one size.
        labels: class numbers.
        classes: how many classes there are.
    """

    images: UInt8[Tensor, "n side side"]
    labels: Int[Tensor, " n"]
    classes: int

    def split(
        self, share: float, generator: torch.Generator
    ) -> tuple["LabelledImages", "LabelledImages"]:
        """Return the images to train on, and a share of all that is held out, at least one."""
        order = torch.randperm(len(self.labels), generator=generator)
        held = max(1, round(share * len(order)))
        rest, out = (
            LabelledImages(self.images[rows], self.labels[rows], self.classes)
            for rows in (order[held:], order[:held])
        )
        return rest, out


def pretraining_images(settings: PretrainSettings) -> LabelledImages:
    """Return fractals, and scikit-learn's digits as ten classes more."""
    from sklearn.datasets import load_digits

    fractals, labels = fractal_images(
        classes=settings.fractal_classes,
        per_class=settings.images_per_class,
        side=IMAGE_SIDE,
        random=np.random.default_rng(settings.seed),
    )
    digits = load_digits()
    grey = torch.from_numpy(digits.images).float().unsqueeze(1) * (255 / 16)
    size = (IMAGE_SIDE, IMAGE_SIDE)
    large = functional.interpolate(grey, size, mode="bilinear").squeeze(1).byte()
    own = torch.from_numpy(digits.target).long() + settings.fractal_classes
    return LabelledImages(
        torch.cat([torch.from_numpy(fractals), large]),
        torch.cat([torch.from_numpy(labels), own]),
        settings.fractal_classes + DIGITS,
    )


def coloured(
    grey: UInt8[Tensor, "batch side side"], generator: torch.Generator
) -> Float[Tensor, "batch 3 side side"]:
    """Return images on black, each in a random colour, of mean about 0 and deviation about 1.

    They are not moved: with moves of a few points the training needs many times as long.
    """
    tint = 0.4 + 0.6 * torch.rand(len(grey), 3, 1, 1, generator=generator)
    return (grey.unsqueeze(1) / 255 * tint - 0.3) / 0.3
