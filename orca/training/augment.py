"""Random changes made to training inputs, anew in every epoch, by name.

Each changes a batch [batch, channels, height, width] as it is stored, in its place, by a generator
on the CPU.
"""

from collections.abc import Callable

import torch
from jaxtyping import Num
from torch import Tensor
from torch.nn import functional

from orca.data.masks import masks

Images = Num[Tensor, "batch channels height width"]


def random_crop_padding_4(inputs: Images, generator: torch.Generator) -> None:
    """Shift each image by up to 4 points along both axes; zeros come in.

    Source: official code, CIFAR-10 and CIFAR-100: random crop with padding 4.
    """
    height, width = inputs.shape[2:]
    padded = functional.pad(inputs, (4, 4, 4, 4))
    offsets = torch.randint(9, (len(inputs), 2), generator=generator).tolist()
    for image, wide, (top, left) in zip(inputs, padded, offsets, strict=True):
        image.copy_(wide[:, top : top + height, left : left + width])


def horizontal_flip(inputs: Images, generator: torch.Generator) -> None:
    """Mirror each image with probability one half."""
    flipped = torch.rand(len(inputs), generator=generator) < 0.5
    for image, mirrored in zip(inputs, flipped.tolist(), strict=True):
        if mirrored:
            image.copy_(image.flip(2))


def spectrogram_masks(inputs: Images, generator: torch.Generator) -> None:
    """Hide some bands of frequencies and of frames, by the law of `orca.data.masks`."""
    bins, frames = inputs.shape[2:]
    for sample in inputs:
        lowest = sample.min()
        for place in masks(bins, frames, lambda: float(torch.rand((), generator=generator))):
            sample[:, *place] = lowest


AUGMENTATIONS: dict[str, Callable[[Images, torch.Generator], None]] = {
    "random_crop_padding_4": random_crop_padding_4,
    "horizontal_flip": horizontal_flip,
    "spectrogram_masks": spectrogram_masks,
}
