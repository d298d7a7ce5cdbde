import numpy as np
import pytest

from orca.data.simulate.burgers import VISCOSITY, evolve
from orca.data.simulation import cell_centres


def smooth_profiles(cells):
    x = cell_centres(0.0, 1.0, cells)
    return np.stack([0.4 + np.sin(2 * np.pi * x), -0.7 + 0.8 * np.cos(4 * np.pi * x + 1)])


def test_a_spectral_solver_stepping_in_time_gives_the_same():
    from scipy.integrate import solve_ivp

    initial = smooth_profiles(64)
    wave = 2j * np.pi * np.fft.rfftfreq(64, 1 / 64)
    wave[-1] = 0

    def slope(_, flat):
        u = flat.reshape(2, 64)
        flux = 0.5 * u**2 - VISCOSITY * np.fft.irfft(wave * np.fft.rfft(u), 64)
        return -np.fft.irfft(wave * np.fft.rfft(flux), 64).ravel()

    reference = solve_ivp(
        slope, (0, 0.1), initial.ravel(), t_eval=[0.02, 0.1], rtol=1e-9, atol=1e-11
    )
    expected = reference.y.reshape(2, 64, 2).transpose(0, 2, 1)
    ours = evolve(initial, np.array([0.02, 0.1]), length=1.0, viscosity=VISCOSITY)
    np.testing.assert_allclose(ours, expected, atol=2e-6)


def test_a_travelling_front_of_small_viscosity_keeps_its_shape():
    # two fronts of opposite kind far apart: the falling one is u = c - a tanh(a (x - c t) / 2 nu)
    viscosity, amplitude, speed, time = 0.02, 0.5, 0.3, 0.1
    x = cell_centres(-2.0, 2.0, 1024)
    initial = speed - amplitude * np.tanh(amplitude * x / (2 * viscosity))
    moved = evolve(initial[None], np.array([time]), length=4.0, viscosity=viscosity)[0, 0]
    near = np.abs(x) < 0.8
    exact = speed - amplitude * np.tanh(amplitude * (x - speed * time) / (2 * viscosity))
    np.testing.assert_allclose(moved[near], exact[near], atol=2e-3)


@pytest.mark.parametrize("cells", [63, 64])
def test_odd_and_even_grids_agree(cells):
    x = cell_centres(0.0, 1.0, cells)
    initial = 0.4 + np.sin(2 * np.pi * x)[None]
    fine = evolve(smooth_profiles(640)[:1], np.array([0.05]), length=1.0, viscosity=VISCOSITY)[0, 0]
    ours = evolve(initial, np.array([0.05]), length=1.0, viscosity=VISCOSITY)[0, 0]
    expected = np.interp(x, cell_centres(0.0, 1.0, 640), fine)
    np.testing.assert_allclose(ours, expected, atol=2e-4)
