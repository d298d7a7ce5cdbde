import numpy as np
import pytest

from orca.data.simulate.diffusion_reaction_2d import (
    DIFFUSIVITIES,
    SIMULATION,
    SPACING,
    THRESHOLD,
    rate_of_change,
    react,
    solve,
)
from tests.data.simulate.conftest import portion


def wave(cells, number):
    return np.cos(np.pi * number * (np.arange(cells) + 0.5) / cells)


def eigenvalue(cells, number):
    return (2 - 2 * np.cos(np.pi * number / cells)) / SPACING**2


def test_patterns_at_the_end_have_the_moments_of_an_independent_solver():
    u, v = np.moveaxis(solve(portion(3, 128, (100,)))["data"][:, 0].astype(float), -1, 0)
    assert np.sqrt((v**2).mean()) == pytest.approx(0.17, abs=0.015)
    assert np.sqrt((u**2).mean()) == pytest.approx(0.32, abs=0.015)
    assert v.mean() == pytest.approx(-0.02, abs=0.02)


def test_a_solver_of_high_order_gives_the_same():
    from scipy.integrate import solve_ivp

    start = np.random.default_rng(0).standard_normal((2, 8, 8))
    expected = solve_ivp(
        lambda _, flat: rate_of_change(flat.reshape(2, 8, 8)).ravel(),
        (0, 5),
        start.ravel(),
        method="DOP853",
        t_eval=[0.05, 5],
        rtol=1e-10,
        atol=1e-10,
    ).y.T.reshape(2, 2, 8, 8)
    found = react(start, frames=(1, 100))
    np.testing.assert_allclose(found[0], expected[0], atol=3e-3)
    np.testing.assert_allclose(found[1], expected[1], atol=1e-4)


def test_small_waves_obey_the_linear_equation():
    # u_t = (1 - D_u q) u - v, v_t = u - (1 + D_v q) v about u = v = 0, for waves of eigenvalue q
    cells, q = 16, eigenvalue(16, 2) + eigenvalue(16, 1)
    shape = 1e-6 * np.outer(wave(cells, 2), wave(cells, 1))
    linear = np.array([[1 - DIFFUSIVITIES[0] * q, -1.0], [1.0, -1 - DIFFUSIVITIES[1] * q]])
    found = rate_of_change(np.stack([0.7 * shape, 0.2 * shape]))
    expected = linear @ [0.7, 0.2]
    np.testing.assert_allclose(found[0] + THRESHOLD, expected[0] * shape, atol=1e-15)
    np.testing.assert_allclose(found[1], expected[1] * shape, atol=1e-15)


def test_seed_zero_repeats_the_published_noise():
    drawn = np.random.default_rng(7).standard_normal((2, 8, 8))
    seen = solve(portion(range(7, 8), 8))["data"][0, 0]
    np.testing.assert_allclose(seen, np.moveaxis(drawn, 0, -1), rtol=1e-6)


def test_fewer_cells_cover_less_ground():
    x = SIMULATION.axes(64)["x"]
    assert x[-1] - x[0] == pytest.approx(63 / 64)
    assert np.diff(x)[0] == pytest.approx(2 / 128)
