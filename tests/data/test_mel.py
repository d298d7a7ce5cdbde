import librosa
import numpy as np

from orca.data.tasks.fsd50k.mel import RATE, log_mel

GENERATOR = np.random.default_rng(0)


def test_it_agrees_with_librosa():
    samples = GENERATOR.normal(0, 0.1, RATE)
    power = librosa.feature.melspectrogram(
        y=samples, sr=22050, n_fft=1920, hop_length=220, win_length=661, n_mels=96,
        htk=True, norm=None, pad_mode="reflect",
    )  # fmt: skip
    decibel = librosa.power_to_db(power)
    np.testing.assert_allclose(log_mel(samples), decibel - decibel.mean(), atol=1e-3)


def test_silence_is_zero():
    assert (log_mel(np.zeros(RATE)) == 0).all()
