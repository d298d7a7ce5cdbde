import numpy as np
import pytest

from orca.data.simulate.initial_fields import draw_wave_fields, scaled_to_unit
from orca.data.simulation import cell_centres


def draw(count, **choices):
    x = cell_centres(0.0, 1.0, 128)
    generators = [np.random.default_rng([sample, 7]) for sample in range(count)]
    return x, draw_wave_fields(generators, period=x[-1] - x[0], **choices)


def test_moments_are_those_of_the_published_law():
    x, fields = draw(4000)
    values = fields.at(x)
    assert np.sqrt(np.mean(values**2)) == pytest.approx(0.80, abs=0.02)
    assert np.abs(values.mean(1)).mean() == pytest.approx(0.48, abs=0.02)
    assert values.std(1).mean() == pytest.approx(0.48, abs=0.02)
    assert 3.0 < np.abs(values).max() < 4.0


def test_folds_windows_and_signs_have_their_probabilities():
    _, fields = draw(4000, window_probability=0.5)
    assert fields.folded.mean() == pytest.approx(0.1, abs=0.02)
    assert fields.windowed.mean() == pytest.approx(0.5, abs=0.03)
    assert (fields.signs > 0).mean() == pytest.approx(0.5, abs=0.03)


def test_a_mode_drawn_twice_doubles_its_wave_number_and_one_not_drawn_is_constant():
    x, fields = draw(500)
    turns = fields.wave_numbers * (x[-1] - x[0]) / (2 * np.pi * np.arange(1, 5))
    np.testing.assert_allclose(turns, np.round(turns), atol=1e-9)
    np.testing.assert_array_equal(np.round(turns).sum(1), 2)


def test_scaling_maps_each_field_onto_the_unit_interval():
    x, fields = draw(50)
    scaled = scaled_to_unit(fields.at(x))
    np.testing.assert_array_equal(scaled.min(1), 0)
    np.testing.assert_allclose(scaled.max(1), 1)
