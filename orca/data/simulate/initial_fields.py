"""Random periodic fields: sums of sines, sometimes folded at zero, sometimes windowed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

FOLDED_PROBABILITY = 0.1
"""How often the absolute value of the sum of sines is taken."""

WINDOW_EDGE = 0.01
"""Width of the window's edges, in units of length."""


@dataclass(frozen=True, kw_only=True)
class WaveFields:
    """Fields s w(x) g(sum over k of A_k sin(kappa_k x + phi_k)), one per sample.

    Args:
        amplitudes: A_k.
        wave_numbers: kappa_k, per unit of length, times 2 pi.
        phases: phi_k.
        signs: s, 1 or -1.
        folded: whether g is the absolute value, not the identity.
        windowed: whether w is a window, not 1.
        edges: where the window opens and closes, absolute coordinates.

    Source: PDEBench (arXiv:2210.07182), appendix D.
    """

    amplitudes: Float[np.ndarray, "n k"]
    wave_numbers: Float[np.ndarray, "n k"]
    phases: Float[np.ndarray, "n k"]
    signs: Float[np.ndarray, " n"]
    folded: Bool[np.ndarray, " n"]
    windowed: Bool[np.ndarray, " n"]
    edges: Float[np.ndarray, "n 2"]

    def at(self, x: Float[np.ndarray, " x"]) -> Float[np.ndarray, "n x"]:
        """Return the fields at the points `x`, the same for all samples."""
        fields = np.zeros((len(self.signs), len(x)))
        for amplitude, wave_number, phase in zip(
            self.amplitudes.T, self.wave_numbers.T, self.phases.T, strict=True
        ):
            fields += amplitude[:, None] * np.sin(wave_number[:, None] * x + phase[:, None])
        fields[self.folded] = np.abs(fields[self.folded])
        fields[self.windowed] *= window(x, self.edges[self.windowed])
        return self.signs[:, None] * fields


def window(x: Float[np.ndarray, " x"], edges: Float[np.ndarray, "n 2"]) -> Float[np.ndarray, "n x"]:
    """Return windows that rise from 0 to 1 at the first edge and fall back at the second."""
    rise, fall = (np.tanh((x - edge[:, None]) / WINDOW_EDGE) for edge in edges.T)
    return (rise - fall) / 2


def draw_wave_fields(
    generators: Sequence[np.random.Generator],
    *,
    period: float,
    modes: int = 4,
    window_probability: float = 0.1,
) -> WaveFields:
    """Draw one field per generator; number of sines and windows as of the fields of one number.

    Two of the mode numbers 1 to `modes` are drawn with replacement; a mode drawn twice has its
    wave number doubled, and one not drawn adds a constant, so that the mean is not zero.

    Args:
        generators: one per sample; each is advanced by the same number of draws.
        period: length over which the drawn modes repeat. PDEBench takes the distance between
            the first and last cell centre, which is one cell shorter than the domain.
        modes: K, the number of sines.
        window_probability: how often a window is applied.

    Differs from the published draws: theirs come from another library's generator, with some of
    the keys used twice; ours are independent.
    """
    numbers = np.arange(1, modes + 1)
    drawn = np.stack([g.integers(1, modes + 1, 2) for g in generators])
    times_drawn = (drawn[:, :, None] == numbers).sum(1)
    uniform = np.stack([g.random(2 * modes + 5) for g in generators])
    amplitudes, phases, rest = np.split(uniform, [modes, 2 * modes], axis=1)
    return WaveFields(
        amplitudes=amplitudes,
        wave_numbers=2 * np.pi * numbers * times_drawn / period,
        phases=2 * np.pi * phases,
        signs=np.where(rest[:, 0] < 0.5, 1.0, -1.0),
        folded=rest[:, 1] < FOLDED_PROBABILITY,
        windowed=rest[:, 2] < window_probability,
        edges=np.stack([0.1 + 0.35 * rest[:, 3], 0.55 + 0.35 * rest[:, 4]], axis=1),
    )


def scaled_to_unit(fields: Float[np.ndarray, "n x"]) -> Float[np.ndarray, "n x"]:
    """Map each field linearly so that its minimum becomes 0 and its maximum 1."""
    low, high = fields.min(axis=1, keepdims=True), fields.max(axis=1, keepdims=True)
    return (fields - low) / np.maximum(high - low, np.finfo(float).tiny)
