import numpy as np
import pytest

from orca.data.simulate.shallow_water import (
    advance,
    centre_distances,
    collapse,
    evolve,
    farthest_centre,
    solve,
    unfold,
)
from orca.data.simulation import cell_centres
from tests.data.simulate.conftest import portion, relative_error


def fall(radius, *, cells, frames):
    return unfold(collapse(radius, cells, frames), cells=cells)


# radius, lowest and highest depth at t = 1, error of predicting depth 1 everywhere
CHECKS = [(0.3, 0.83, 1.17, 0.062), (0.5, 0.64, 1.23, 0.106), (0.7, 0.34, 1.27, 0.143)]


@pytest.mark.parametrize(("radius", "low", "high", "nrmse"), CHECKS)
def test_depths_at_the_end_agree_with_an_independent_solver(radius, low, high, nrmse):
    depth = fall(radius, cells=128, frames=(100,))[0]
    assert depth.min() == pytest.approx(low, abs=0.015)
    assert depth.max() == pytest.approx(high, abs=0.01)
    assert relative_error(1.0, depth) == pytest.approx(nrmse, abs=0.0015)


def test_there_are_at_most_81_simulations_at_the_published_resolution():
    x = cell_centres(-2.5, 2.5, 128)
    radii = np.unique(np.round(np.hypot(x[:, None], x), 12))
    assert ((radii > 0.3) & (radii < 0.7)).sum() == 80
    starts = {farthest_centre(radius, cells=128) for radius in np.linspace(0.3, 0.7, 4001)}
    assert len(starts) == 81


def test_a_quarter_with_mirrors_gives_the_whole():
    start = np.where(centre_distances(32) <= 0.6, 2.0, 1.0)
    whole = evolve(start, frames=(100,), spacing=5 / 32, mirrored=False)
    np.testing.assert_allclose(fall(0.6, cells=32, frames=(100,)), whole, atol=1e-6)


def test_the_solution_mirrors_and_turns_onto_itself():
    depth = fall(0.4, cells=33, frames=(60,))[0]
    np.testing.assert_allclose(depth, depth[::-1], atol=1e-6)
    np.testing.assert_allclose(depth, depth.T, atol=1e-6)


def test_a_plane_dam_break_approaches_the_exact_solution():
    # Stoker's solution for depths 2 and 1: the middle state solves a nonlinear equation
    from scipy.optimize import brentq

    def mismatch(middle):
        shock = np.sqrt(middle * (middle + 1) / 2)
        return 2 * (np.sqrt(2) - np.sqrt(middle)) - shock * (1 - 1 / middle)

    middle = brentq(mismatch, 1.0, 2.0)
    velocity = 2 * (np.sqrt(2) - np.sqrt(middle))
    shock = np.sqrt(middle * (middle + 1) / 2)
    errors = []
    for cells in (64, 128):
        x = cell_centres(-2.5, 2.5, cells)
        state = np.zeros((3, cells, cells))
        state[0] = np.where(x < 0, 2.0, 1.0)[:, None]
        state = advance(state, time=1.0, spacing=5 / cells, mirrored=False)
        fan = (2 * np.sqrt(2) - x) ** 2 / 9
        exact = np.select(
            [x < -np.sqrt(2), x < velocity - np.sqrt(middle), x < shock], [2.0, fan, middle], 1.0
        )
        errors.append(np.abs(state[0, :, cells // 2] - exact).mean())
        np.testing.assert_allclose(state[2], 0, atol=1e-12)
    assert errors[1] < 0.006
    assert errors[0] / errors[1] > 1.6


def test_seed_zero_repeats_the_published_radii_and_twins_are_equal():
    data = solve(portion(40, 16, (0, 5)))["data"]
    sizes = [
        int((centre_distances(16) <= np.random.default_rng(number).uniform(0.3, 0.7)).sum())
        for number in range(40)
    ]
    assert len(set(sizes)) < 40
    np.testing.assert_array_equal((data[:, 0, ..., 0] == 2).sum((1, 2)), sizes)
    first = sizes.index(sizes[-1])
    np.testing.assert_array_equal(data[-1], data[first])
