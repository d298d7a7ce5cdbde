"""Which bands of a spectrogram are hidden, as in FSD50K's training."""

from collections.abc import Callable

PROBABILITY = 0.5
MOST_BINS = 0.15
MOST_FRAMES = 0.20

MaskedSlice = tuple[slice, slice]


def masks(bins: int, frames: int, uniform: Callable[[], float]) -> list[MaskedSlice]:
    """Return what to hide: with probability one half, one or two bands of bins and of frames.

    A band is up to 15 % of the bins or 20 % of the frames wide. What is hidden is filled with
    the spectrogram's smallest value. `uniform` draws a number from 0 to 1, 1 left out.

    Source: FSD50K in NAS-Bench-360 (arXiv:2110.05668); Park et al. 2019 (arXiv:1904.08779).
    """
    if uniform() >= PROBABILITY:
        return []
    whole = slice(None)
    return [
        place
        for _ in range(1 + int(2 * uniform()))
        for place in (
            (_band(bins, MOST_BINS, uniform), whole),
            (whole, _band(frames, MOST_FRAMES, uniform)),
        )
    ]


def _band(size: int, share: float, uniform: Callable[[], float]) -> slice:
    length = int(uniform() * share * size)
    start = int(uniform() * (size - length + 1))
    return slice(start, start + length)
