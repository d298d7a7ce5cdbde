import numpy as np
import pytest

from orca.data.simulate.darcy_nas_bench import (
    gaussian_field,
    nested_normals,
    solve,
    solve_at_nodes,
)
from tests.data.simulate.conftest import portion, relative_error


def fields(samples, *, cells):
    found = solve(portion(samples, cells))
    return found["coeff"], found["sol"]


def test_fields_at_85_points_have_the_moments_of_an_independent_computation():
    coefficients, pressure = fields(60, cells=85)
    assert set(np.unique(coefficients)) == {3.0, 12.0}
    assert coefficients.mean() == pytest.approx(7.5, abs=0.4)
    assert pressure.mean() == pytest.approx(5.5e-3, abs=0.3e-3)
    assert pressure.max((1, 2)).mean() == pytest.approx(1.28e-2, abs=0.08e-2)
    assert np.sqrt((pressure**2).mean()) == pytest.approx(6.6e-3, abs=0.4e-3)


def test_a_uniform_material_gives_the_known_peak_pressure():
    pressure = solve_at_nodes(np.full((65, 65), 3.0))
    assert pressure[32, 32] == pytest.approx(0.0736713532814 / 3, rel=2e-4)
    np.testing.assert_array_equal(pressure[0], 0)


def test_the_random_field_has_the_covariance_of_its_law():
    points = 16
    drawn = np.stack(
        [gaussian_field(np.random.default_rng(seed), points=points) for seed in range(3000)]
    )
    waves = np.arange(points)
    squared = np.pi**2 * (waves[:, None] ** 2 + waves**2) + 9
    power = (points * 3 / squared) ** 2
    power[0, 0] = 0
    assert (drawn**2).mean() == pytest.approx(power.sum() / points**2, rel=0.05)
    np.testing.assert_allclose(drawn.mean((1, 2)), 0, atol=1e-12)
    slowest = (drawn * np.cos(np.pi * (waves + 0.5) / points)).sum((1, 2)) * np.sqrt(2) / points
    assert slowest.var() == pytest.approx(power[0, 1], rel=0.1)


def test_a_seed_means_the_same_material_on_a_finer_grid():
    small = nested_normals(np.random.default_rng(0), points=5)
    large = nested_normals(np.random.default_rng(0), points=9)
    np.testing.assert_array_equal(large[:5, :5], small)
    assert len(np.unique(large)) == 81
    coarse, fine = (fields(6, cells=cells)[0] for cells in (33, 99))
    assert (coarse == fine[:, 1::3, 1::3]).mean() > 0.97


@pytest.mark.slow
def test_85_nodes_resolve_what_421_nodes_show():
    coefficients, fine = fields(3, cells=421)
    error = relative_error(solve_at_nodes(coefficients[0])[::5, ::5], fine[0, ::5, ::5])
    assert error < 1e-8
    _, coarse = fields(3, cells=85)
    assert relative_error(coarse, fine[:, ::5, ::5]) < 0.03
