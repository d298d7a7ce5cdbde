import numpy as np
import pytest

from orca.data.simulate.diffusion_sorption import (
    DIFFUSIVITY,
    FREUNDLICH_N,
    OFFSET,
    SORPTION,
    rate_of_change,
    second_difference,
    slowed_diffusion,
    solve,
    spread,
)
from orca.data.simulation import cell_centres
from tests.data.simulate.conftest import portion


def test_concentrations_at_the_end_agree_with_an_independent_solver():
    ends = spread(np.array([0.01, 0.05, 0.1, 0.2]), cells=512, frames=(100,))[:, 0]
    at = [np.interp([0.25, 0.5], cell_centres(0.0, 1.0, 512), end) for end in ends]
    expected = [[0.504, 0.176], [0.527, 0.209], [0.552, 0.245], [0.601, 0.314]]
    np.testing.assert_allclose(at, expected, atol=6e-4)


def test_a_step_by_step_solver_of_high_order_gives_the_same():
    from scipy.integrate import solve_ivp

    reference = solve_ivp(
        lambda _, u: rate_of_change(u[None])[0],
        (0, 500),
        np.full(32, 0.08),
        method="LSODA",
        lband=1,
        uband=1,
        rtol=1e-10,
        atol=1e-12,
        t_eval=[50, 495],
    ).y.T
    ours = spread(np.array([0.08]), cells=32, frames=(10, 99))[0]
    np.testing.assert_allclose(ours, reference, atol=2e-7)


def test_what_flows_in_is_what_dissolves_and_sorbs():
    frames = tuple(range(20, 101))
    u = spread(np.array([0.02, 0.19]), cells=64, frames=frames).astype(float)
    held = u + SORPTION / FREUNDLICH_N * (u + OFFSET) ** FREUNDLICH_N
    gained = (held[:, -1] - held[:, 0]).mean(1)
    inflow = np.stack([DIFFUSIVITY * second_difference(u[:, f]).mean(1) for f in range(81)], axis=1)
    weights = np.r_[1, np.tile([4, 2], 39), 4, 1] / 3 * 5.0
    np.testing.assert_allclose(inflow @ weights, gained, rtol=1e-5)


@pytest.mark.parametrize("cells", [32, 1024])
def test_concentrations_stay_between_nothing_and_the_inflow(cells):
    u = spread(np.array([0.0, 1e-7, 1e-5, 1e-3, 0.2]), cells=cells, frames=(1, 10, 100))
    assert u.min() > -1e-9
    assert u.max() < 1
    assert np.all(np.diff(u, axis=2) <= 1e-7)


def test_the_implicit_matrix_is_the_rate_of_change_at_fixed_retardation():
    u = np.linspace(0.9, 0.1, 8)[None] ** 2
    left, centre, right = slowed_diffusion(u)
    shifted = np.pad(u, ((0, 0), (1, 1)))
    product = left * shifted[:, :-2] + centre * u + right * shifted[:, 2:]
    product[:, 0] += right[:, 0]  # the neighbour outside holds 1
    np.testing.assert_allclose(product, rate_of_change(u), rtol=1e-12)


def test_seed_zero_repeats_the_published_draws():
    expected = [np.random.default_rng(number).uniform(0, 0.2) for number in (3, 4, 5)]
    np.testing.assert_allclose(
        solve(portion(range(3, 6), 16))["data"][:, 0, 0, 0], expected, rtol=1e-6
    )
