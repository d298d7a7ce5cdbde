import numpy as np
import pytest

from orca.data.simulate.darcy_flow import cell_diffusion, draw_batch, random_waves, solve
from orca.data.simulation import cell_centres
from tests.data.simulate.conftest import portion, relative_error


def fields(samples=60, *, cells=64, variant="steady"):
    found = solve(portion(samples, cells, variant=variant))
    return found["nu"].astype(float), found["tensor"][:, 0].astype(float)


def test_half_of_the_cells_are_open():
    nu, _ = fields(200, cells=32)
    assert set(np.unique(nu)) == {np.float32(0.1), 1.0}
    assert (nu == 1).mean() == pytest.approx(0.49, abs=0.02)


def test_the_threshold_is_the_mean_over_all_samples_of_a_batch():
    batch = draw_batch(0, seed=0, cells=16)
    x = cell_centres(0.0, 1.0, 16)
    total = 0.0
    for bumps in batch.bumps:
        for x_m, y_m, s_m in bumps.T:
            total += np.exp(-((x[:, None] - x_m) ** 2 + (x - y_m) ** 2) / s_m).mean()
    assert batch.threshold == pytest.approx(total / 200, rel=1e-12)
    assert batch.bumps[:, 2].max() <= 0.5


def test_steady_pressure_fulfils_the_equation_and_has_the_expected_size():
    nu, pressure = fields()
    nu = np.where(nu == 1, 1.0, 0.1)
    for permeability, u in zip(nu[:5], pressure, strict=False):
        np.testing.assert_allclose(cell_diffusion(permeability) @ u, 0.1, atol=1e-3)
    sizes = np.sqrt((pressure**2).mean((1, 2)))
    assert np.median(sizes) == pytest.approx(0.016, abs=0.003)
    assert sizes.min() > 0.004
    assert sizes.max() < 0.045


@pytest.mark.slow
def test_what_is_left_of_the_start_is_little_mostly_and_much_sometimes():
    left, rates = [], []
    for permeability, u in zip(*fields(100, cells=32), strict=True):
        operator = cell_diffusion(permeability)
        remainder = operator.relax(np.ones_like(u), time=1.75)
        later = operator.relax(remainder, time=0.5)
        left.append(np.linalg.norm(remainder) / np.linalg.norm(u))
        rates.append(2 * np.log(np.linalg.norm(remainder) / np.linalg.norm(later)))
    assert 0.003 < np.median(left) < 0.012
    assert 0.07 < np.quantile(left, 0.9) < 0.2
    assert np.median(rates) == pytest.approx(5.3, abs=0.6)


def test_the_published_like_pressure_is_the_steady_one_and_a_positive_rest():
    nu, steady = fields(20, cells=32)
    same_nu, published = fields(20, cells=32, variant="published_like")
    np.testing.assert_array_equal(nu, same_nu)
    excess = (published - steady).mean((1, 2))
    assert excess.min() > -1e-6
    assert 0.001 < relative_error(steady, published) < 2


def test_starts_have_the_drawn_level_and_spread():
    batch = draw_batch(3, seed=1, cells=32)
    for sample in range(20):
        level, spread, windowed = batch.starts[sample, :3]
        start = batch.start(sample) - (0.1 + 9.9 * level)
        expected = 0.01 + 0.49 * spread
        if windowed < 0.5:
            assert np.abs(start).mean() < expected
        else:
            assert np.abs(start).mean() == pytest.approx(expected)


def test_waves_have_no_part_that_is_constant_along_an_axis():
    x = cell_centres(0.0, 1.0, 32)
    waves = random_waves(np.random.default_rng(0).uniform(0, 6, (9, 9)), x)
    np.testing.assert_allclose(waves.mean(0), 0, atol=1e-12)
    np.testing.assert_allclose(waves.mean(1), 0, atol=1e-12)
    powers = np.abs(np.fft.fft2(waves))
    assert powers[1, 1] > 1e-3
    np.testing.assert_allclose(powers[5:-4], 0, atol=1e-9)


def test_the_second_batch_has_other_phases_and_another_threshold():
    first, second = (draw_batch(number, seed=0, cells=16) for number in (0, 1))
    assert first.threshold != second.threshold
    assert not np.allclose(first.phases, second.phases)
    across_two_batches, _ = fields(range(198, 202), cells=16)
    only_second, _ = fields(range(200, 202), cells=16)
    np.testing.assert_array_equal(across_two_batches[2:], only_second)
