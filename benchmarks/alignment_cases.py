"""Source and target features to measure on, made up with the look of the real ones.

5000 sentence features of width 768 in 10 classes, mean-pooled over tokens as the text source's
are: a slowly falling spectrum, standard deviation near 0.2 a feature, classes that overlap. The
bounding box and hence the nine temperatures of the official schedule are as measured there.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

CLASSES = 10


@dataclass(frozen=True, eq=False)
class Case:
    """Source and target features, and the source's labels."""

    source: Tensor
    labels: Tensor
    target: Tensor


def case(
    *, target: int, aligned: bool, source: int = 5000, width: int = 768, seed: int = 0
) -> Case:
    """Return features of a source and of one target class.

    Args:
        target: samples of the target class.
        aligned: the target lies within the source's spread, as after stage two; else it lies
            apart and is shaped differently, as an untrained embedder leaves it.
        source: samples of the source.
        width: features of a sample.
        seed: of the draw.
    """
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator)

    spectrum = torch.arange(1, width + 1).float() ** -0.5
    spectrum = 0.18 * spectrum / spectrum.square().mean().sqrt()
    turn = torch.linalg.qr(normal(width, width))[0]
    means = normal(CLASSES, width) * spectrum * 0.6
    labels = torch.arange(source) % CLASSES
    features = (means[labels] + normal(source, width) * spectrum) @ turn
    if aligned:
        points = (means[3] + normal(target, width) * spectrum * 0.7) @ turn
    else:
        points = 0.5 * normal(1, width) + 0.2 * normal(target, width)
    return Case(features, labels, points)
