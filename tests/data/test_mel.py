import math

import numpy as np
import pytest

from orca.data.tasks.fsd50k.mel import (
    BANDS,
    FFT,
    HOP,
    RATE,
    WINDOW,
    filters,
    hz_of_mel,
    log_mel,
    mel_of_hz,
)

GENERATOR = np.random.default_rng(0)


def literal(samples, band, frame):
    """Return one number of the spectrogram by the formulas, before the mean is taken off."""
    mirrored = np.pad(samples, FFT // 2, mode="reflect")
    piece = mirrored[frame * HOP : frame * HOP + FFT]
    before = (FFT - WINDOW) // 2
    windowed = [piece[before + n] * math.sin(math.pi * n / WINDOW) ** 2 for n in range(WINDOW)]
    power = 0.0
    top = 2595 * math.log10(1 + (RATE / 2) / 700)

    def corner(number):
        return 700 * (10 ** (top * number / (BANDS + 1) / 2595) - 1)

    left, peak, right = corner(band), corner(band + 1), corner(band + 2)
    for k in range(FFT // 2 + 1):
        frequency = k * RATE / FFT
        height = min((frequency - left) / (peak - left), (right - frequency) / (right - peak))
        if height > 0:
            angle = -2j * math.pi * k / FFT
            value = sum(x * np.exp(angle * (before + n)) for n, x in enumerate(windowed))
            power += height * abs(value) ** 2
    return 10 * math.log10(max(1e-10, power))


def test_the_spectrogram_is_what_the_formulas_say():
    samples = GENERATOR.normal(0, 0.1, RATE)
    seen = log_mel(samples)
    assert seen.shape == (96, 101)
    places = [(5, 0), (20, 50), (40, 100), (60, 33)]
    expected = np.array([literal(samples, *place) for place in places])
    found = np.array([seen[place] for place in places])
    # Equal up to the mean, which both lack or have as a whole.
    np.testing.assert_allclose(found - found[0], expected - expected[0], atol=1e-3)


def test_it_agrees_with_librosa():
    librosa = pytest.importorskip("librosa")
    samples = GENERATOR.normal(0, 0.1, RATE)
    power = librosa.feature.melspectrogram(
        y=samples, sr=RATE, n_fft=FFT, hop_length=HOP, win_length=WINDOW, n_mels=BANDS,
        htk=True, norm=None, pad_mode="reflect",
    )  # fmt: skip
    decibel = librosa.power_to_db(power)
    np.testing.assert_allclose(log_mel(samples), decibel - decibel.mean(), atol=1e-3)


def test_the_parameters_are_the_references():
    assert (RATE, WINDOW, HOP, FFT, BANDS) == (22050, 661, 220, 1920, 96)


def test_a_tone_is_loudest_in_its_own_band():
    for frequency in (500.0, 2000.0, 6000.0):
        tone = np.sin(2 * np.pi * frequency * np.arange(RATE) / RATE)
        loudest = log_mel(tone)[:, 50].argmax()
        corners = hz_of_mel(np.linspace(0, mel_of_hz(np.array([RATE / 2]))[0], BANDS + 2))
        assert corners[loudest] <= frequency <= corners[loudest + 2]


def test_loudness_does_not_matter_within_the_dynamic_range():
    samples = GENERATOR.normal(0, 0.1, RATE)
    np.testing.assert_allclose(log_mel(samples), log_mel(10 * samples), atol=1e-3)


def test_silence_is_zero():
    assert (log_mel(np.zeros(RATE)) == 0).all()


def test_every_band_hears_something():
    assert (filters().sum(axis=1) > 0).all()


def test_mel_and_hertz_are_inverse():
    frequencies = np.array([0.0, 100.0, 1000.0, 11025.0])
    np.testing.assert_allclose(hz_of_mel(mel_of_hz(frequencies)), frequencies, atol=1e-9)
