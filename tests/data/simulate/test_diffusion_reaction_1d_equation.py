import numpy as np

from orca.data.simulate.diffusion_reaction_1d import (
    DIFFUSIVITY,
    evolve,
    solve,
)
from orca.data.simulation import cell_centres
from tests.data.simulate.conftest import portion, relative_error

X = cell_centres(0.0, 1.0, 64)
SMOOTH = 0.5 + 0.4 * np.sin(2 * np.pi * X)[None]


def tensor(frames, samples=20, variant="exact"):
    return solve(portion(samples, 128, frames, variant=variant))["tensor"].astype(float)


def test_a_solver_stepping_in_time_gives_the_same():
    from scipy.integrate import solve_ivp

    wave2 = -((2 * np.pi * np.arange(33)) ** 2)

    def slope(_, u):
        return DIFFUSIVITY * np.fft.irfft(wave2 * np.fft.rfft(u), 64) + u * (1 - u)

    expected = solve_ivp(
        slope, (0, 0.3), SMOOTH[0], method="Radau", t_eval=[0.05, 0.3], rtol=1e-9, atol=1e-10
    ).y.T
    np.testing.assert_allclose(evolve(SMOOTH, frames=(5, 30))[0], expected, atol=2e-5)


def test_growth_of_the_published_like_variant_stops_early():
    u = tensor(frames=(15, 16, 100), variant="published_like")
    np.testing.assert_allclose(u[:, 2].mean(1), u[:, 0].mean(1), atol=1e-6)
    exact = tensor(frames=(15, 16, 100))
    np.testing.assert_array_equal(exact[:, 0], u[:, 0])
    assert np.all(exact[:, 2].mean(1) > u[:, 2].mean(1) + 0.05)


def test_what_official_training_and_test_times_cost_depends_on_the_variant():
    costs = {}
    for variant in ("exact", "published_like"):
        u = tensor(frames=(29, 99), samples=200, variant=variant)
        costs[variant] = np.mean([relative_error(early, late) for early, late in u])
    assert 0.15 < costs["exact"] < 0.25
    assert costs["published_like"] < 5e-3
