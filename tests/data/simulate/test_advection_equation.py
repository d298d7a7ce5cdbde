import numpy as np
import pytest

from orca.data.simulate.advection import solve, transport
from orca.data.simulate.initial_fields import draw_wave_fields
from orca.data.simulation import cell_centres
from tests.data.simulate.conftest import portion


def test_after_two_units_of_time_the_profile_has_moved_by_four_fifths_of_the_line():
    moved = solve(portion(40, 125, (0, 100, 200)))["tensor"]
    np.testing.assert_allclose(moved[:, 2], np.roll(moved[:, 0], 100, axis=1), atol=1e-5)
    np.testing.assert_allclose(moved[:, 1], np.roll(moved[:, 0], 50, axis=1), atol=1e-5)


def test_the_solution_fulfils_the_equation_to_second_order_of_central_differences():
    x = cell_centres(0.0, 1.0, 64)
    generators = [np.random.default_rng([n, 3]) for n in range(50)]
    fields = draw_wave_fields(generators, period=1.0, window_probability=0.0)
    smooth = ~fields.folded
    residuals = []
    for step in (4e-3, 2e-3):
        around = transport(fields, x, np.array([0.5 - step, 0.5 + step]))
        beside = [transport(fields, x + d, np.array([0.5]))[:, 0] for d in (-step, step)]
        u_t = (around[:, 1].astype(float) - around[:, 0]) / (2 * step)
        u_x = (beside[1].astype(float) - beside[0]) / (2 * step)
        residuals.append(np.abs(u_t + 0.4 * u_x)[smooth].mean())
    assert residuals[1] < 0.05
    assert residuals[0] / residuals[1] == pytest.approx(4, abs=0.4)
