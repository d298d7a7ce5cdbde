"""Log-mel spectrograms as FSD50K's authors make them."""

from functools import lru_cache

import numpy as np
from jaxtyping import Float

RATE = 22050
WINDOW = int(RATE * 0.03)
HOP = int(RATE * 0.01)
BANDS = 96
FFT = BANDS * 20
FLOOR = 1e-10
DYNAMIC_RANGE_DB = 80.0
FRAMES_AT_ONCE = 1024
"""So that a sound of minutes takes no more memory than one of seconds."""


@lru_cache(maxsize=1)
def filters() -> Float[np.ndarray, "bands frequencies"]:
    """Return triangles that overlap by half, equally wide in mel, from 0 Hz to half the rate.

    Source: HTK's mel scale, 2595 log10(1 + f / 700), O'Shaughnessy 1987.
    """
    frequencies = np.linspace(0.0, RATE / 2, FFT // 2 + 1)
    ends = 2595.0 * np.log10(1.0 + np.array([0.0, RATE / 2]) / 700.0)
    corners = 700.0 * (10.0 ** (np.linspace(ends[0], ends[1], BANDS + 2) / 2595.0) - 1.0)
    left, peak, right = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    rising = (frequencies - left) / (peak - left)
    falling = (right - frequencies) / (right - peak)
    return np.maximum(0.0, np.minimum(rising, falling))


@lru_cache(maxsize=1)
def window() -> Float[np.ndarray, " fft"]:
    """Return a periodic Hann window of 661 samples, in the middle of the transform's 1920."""
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    before = (FFT - WINDOW) // 2
    return np.pad(hann, (before, FFT - WINDOW - before))


def log_mel(samples: Float[np.ndarray, " n"]) -> Float[np.ndarray, "bands frames"]:
    """Return the power in 96 mel bands every 10 ms, in decibels, with mean 0.

    Args:
        samples: a sound at 22,050 Hz; it is mirrored at both ends, as much as half a transform.

    Source: Fonseca et al. 2022 (FSD50K, arXiv:2010.00475), section 5; window 30 ms, hop 10 ms.
    The largest value is at most 80 dB above the smallest. Adding a constant, as the official
    code does before it takes the mean off, changes nothing.
    """
    mirrored = np.pad(samples, FFT // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(mirrored, FFT)[::HOP]
    bands = [
        filters() @ _power(frames[start : start + FRAMES_AT_ONCE]).T
        for start in range(0, len(frames), FRAMES_AT_ONCE)
    ]
    decibel = 10.0 * np.log10(np.maximum(FLOOR, np.concatenate(bands, axis=1)))
    decibel = np.maximum(decibel, decibel.max() - DYNAMIC_RANGE_DB)
    return (decibel - decibel.mean()).astype(np.float32)


def _power(frames: Float[np.ndarray, "frames fft"]) -> Float[np.ndarray, "frames frequencies"]:
    return np.abs(np.fft.rfft(frames * window(), axis=1)) ** 2
