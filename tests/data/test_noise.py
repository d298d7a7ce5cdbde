import numpy as np
import pytest

from orca.data.masks import masks
from orca.data.tasks.fsd50k.noise import disturbed, masked

SILENCE = np.zeros((96, 101), np.float32)


def many(spectrum, noises, count=4000):
    generator = np.random.default_rng(0)
    return np.array([disturbed(spectrum, noises, generator)[0, 0] for _ in range(count)])


def test_noise_comes_in_three_of_four_times_and_counts_half_at_most():
    levels = many(SILENCE, [np.full((96, 300), 8.0)])
    mixed = levels[levels > 0]
    assert len(mixed) / len(levels) == pytest.approx(0.75, abs=0.02)
    assert mixed.max() <= 4.0
    # A uniform share has these quarters.
    np.testing.assert_allclose(np.quantile(mixed, (0.25, 0.5, 0.75)), (1, 2, 3), atol=0.12)


def test_what_noise_adds_the_sound_gives_up():
    levels = many(np.full((96, 101), 8.0), [np.full((96, 300), 8.0)])
    np.testing.assert_allclose(levels, 8.0, atol=1e-5)


def test_any_noise_is_taken_from_any_of_its_frames_on():
    """Frame k of the first noise is 1000 + k, of the second -1000 - k; shares cancel out."""
    generator = np.random.default_rng(0)
    ramp = np.broadcast_to(1000 + np.arange(104.0), (96, 104))
    starts = set()
    for _ in range(3000):
        seen = disturbed(SILENCE, [ramp, -ramp], generator)[0]
        share = np.abs(seen[1] - seen[0])
        if share > 1e-3 and np.allclose(np.diff(seen, 2), 0, atol=1e-3):
            starts.add((np.sign(seen[0]), round(float(np.abs(seen[0]) / share)) - 1000))
    assert {start for _, start in starts} == {0, 1, 2, 3}
    assert {sign for sign, _ in starts} == {-1, 1}


def test_half_of_the_spectrograms_have_one_or_two_bands_of_either_kind():
    generator = np.random.default_rng(0)
    drawn = [masks(96, 101, generator.random) for _ in range(4000)]
    counts = np.bincount([len(places) for places in drawn], minlength=5) / len(drawn)
    np.testing.assert_allclose(counts, (0.5, 0, 0.25, 0, 0.25), atol=0.03)
    bins = [place[0] for places in drawn for place in places[::2]]
    frames = [place[1] for places in drawn for place in places[1::2]]
    for bands, size, widest in ((bins, 96, 14), (frames, 101, 20)):
        widths = [band.stop - band.start for band in bands]
        assert (min(widths), max(widths)) == (0, widest)
        assert min(band.start for band in bands) == 0
        assert max(band.stop for band in bands) == size


def test_what_is_hidden_has_the_smallest_value_and_the_rest_stays():
    generator = np.random.default_rng(1)
    spectrum = generator.permutation(96 * 101).reshape(96, 101).astype(np.float32) + 1
    for _ in range(50):
        seen = masked(spectrum, generator)
        changed = seen != spectrum
        assert set(seen[changed].tolist()) <= {1.0}
    assert spectrum.min() == 1
