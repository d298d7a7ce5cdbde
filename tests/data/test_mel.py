import librosa
import numpy as np

from orca.data.tasks.fsd50k.mel import (
    BANDS,
    RATE,
    filters,
    hz_of_mel,
    log_mel,
    mel_of_hz,
)

GENERATOR = np.random.default_rng(0)


def test_it_agrees_with_librosa():
    samples = GENERATOR.normal(0, 0.1, RATE)
    power = librosa.feature.melspectrogram(
        y=samples, sr=22050, n_fft=1920, hop_length=220, win_length=661, n_mels=96,
        htk=True, norm=None, pad_mode="reflect",
    )  # fmt: skip
    decibel = librosa.power_to_db(power)
    np.testing.assert_allclose(log_mel(samples), decibel - decibel.mean(), atol=1e-3)


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
