"""Random changes made to training inputs, anew in every epoch, by name.

Each takes normalised inputs [batch, channels, height, width], what a raw value of zero has become
[channels, 1, 1], and a generator on the CPU.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from orca.data.masks import masks

Images = Float[Tensor, "batch channels height width"]
Zero = Float[Tensor, "#channels #height #width"]


def random_crop_padding_4(inputs: Images, zero: Zero, generator: torch.Generator) -> Images:
    """Shift each image by up to 4 points along both axes; what comes in is raw zero.

    Source: official code, CIFAR-10 and CIFAR-100: random crop with padding 4.
    """
    height, width = inputs.shape[2:]
    padded = functional.pad(inputs - zero, (4, 4, 4, 4))
    offsets = torch.randint(9, (len(inputs), 2), generator=generator).tolist()
    crops = [
        image[:, top : top + height, left : left + width]
        for image, (top, left) in zip(padded, offsets, strict=True)
    ]
    return torch.stack(crops) + zero


def horizontal_flip(inputs: Images, zero: Zero, generator: torch.Generator) -> Images:
    """Mirror each image with probability one half."""
    del zero
    flipped = torch.rand(len(inputs), generator=generator) < 0.5
    return torch.where(flipped.to(inputs.device)[:, None, None, None], inputs.flip(3), inputs)


def spectrogram_masks(inputs: Images, zero: Zero, generator: torch.Generator) -> Images:
    """Hide some bands of frequencies and of frames, by the law of `orca.data.masks`."""
    del zero
    masked = inputs.clone()
    bins, frames = inputs.shape[2:]
    for sample in masked:
        lowest = sample.min()
        for place in masks(bins, frames, lambda: float(torch.rand((), generator=generator))):
            sample[:, *place] = lowest
    return masked


AUGMENTATIONS: dict[str, Callable[[Images, Zero, torch.Generator], Images]] = {
    "random_crop_padding_4": random_crop_padding_4,
    "horizontal_flip": horizontal_flip,
    "spectrogram_masks": spectrogram_masks,
}
