"""Noise and masks as the official code puts them into FSD50K's training sounds, once and for all."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from orca.data.masks import masks

PROBABILITY = 0.75
LARGEST_SHARE = 0.5


def disturbed(
    spectrum: Float[np.ndarray, "bands frames"],
    noises: Sequence[Float[np.ndarray, "bands _"]],
    generator: np.random.Generator,
) -> Float[np.ndarray, "bands frames"]:
    """Return a spectrogram with masks, and with a stretch of noise mixed in, in decibels.

    With probability 3/4 it becomes (1 - a) spectrum + a noise, a from 0 to 1/2. The noise is any of
    `noises`, masked on its whole length by the same law, from any of its frames on.

    Source: the official code of ORCA (commit 19b8c1c), which has it from NAS-Bench-360
    (arXiv:2110.05668).
    """
    own = masked(spectrum, generator)
    if generator.random() >= PROBABILITY:
        return own
    noise = masked(noises[int(generator.integers(len(noises)))], generator)
    start = int(generator.integers(noise.shape[1] - own.shape[1] + 1))
    share = LARGEST_SHARE * generator.random()
    return (1 - share) * own + share * noise[:, start : start + own.shape[1]]


def masked(
    spectrum: Float[np.ndarray, "bands frames"], generator: np.random.Generator
) -> Float[np.ndarray, "bands frames"]:
    """Return a copy with some bands of bins and frames at its smallest value, or with none."""
    changed = spectrum.astype(np.float32)
    bins, frames = changed.shape
    lowest = changed.min()
    for place in masks(bins, frames, generator.random):
        changed[place] = lowest
    return changed
