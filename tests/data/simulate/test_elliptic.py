import numpy as np
import pytest
import scipy.linalg

from orca.data.simulate.darcy_flow import cell_diffusion
from orca.data.simulate.elliptic import Diffusion
from orca.errors import DataError


def random_material(points, *, low, seed=0):
    generator = np.random.default_rng(seed)
    blocks = np.where(generator.random((points // 4, points // 4)) > 0.5, low, 1.0)
    return cell_diffusion(blocks.repeat(4, 0).repeat(4, 1))


def matrix(operator, points):
    units = np.eye(points**2).reshape(-1, points, points)
    return np.stack([(operator @ unit).ravel() for unit in units])


def test_a_dense_solver_gives_the_same():
    operator = random_material(12, low=0.1)
    right_side = np.random.default_rng(1).standard_normal((12, 12))
    for shift in (0.0, 3.0):
        dense = matrix(operator, 12) + shift * np.eye(144)
        expected = np.linalg.solve(dense, right_side.ravel()).reshape(12, 12)
        np.testing.assert_allclose(
            operator.solve(right_side, shift=shift), expected, rtol=1e-7, atol=1e-10
        )


def test_differences_converge_to_second_order_on_a_smooth_material():
    errors = []
    for nodes in (17, 33):
        x = np.linspace(0, 1, nodes)
        middle = (x[1:] + x[:-1]) / 2
        material = lambda x, y: 2 + np.sin(3 * x) * np.cos(2 * y)  # noqa: E731
        operator = Diffusion(
            across=material(middle[:, None], x[None, 1:-1]),
            along=material(x[1:-1, None], middle[None]),
            spacing=1 / (nodes - 1),
        )
        inner_x, inner_y = np.meshgrid(x[1:-1], x[1:-1], indexing="ij")
        sin, cos = np.sin, np.cos
        exact = sin(np.pi * inner_x) * sin(2 * np.pi * inner_y)
        u_x = np.pi * cos(np.pi * inner_x) * sin(2 * np.pi * inner_y)
        u_y = 2 * np.pi * sin(np.pi * inner_x) * cos(2 * np.pi * inner_y)
        a_x = 3 * cos(3 * inner_x) * cos(2 * inner_y)
        a_y = -2 * sin(3 * inner_x) * sin(2 * inner_y)
        force = 5 * np.pi**2 * exact * material(inner_x, inner_y) - a_x * u_x - a_y * u_y
        errors.append(np.abs(operator.solve(force) - exact).max())
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2, abs=0.15)


def test_relaxing_is_the_exponential_of_the_operator():
    operator = random_material(16, low=0.1)
    start = 1 + np.random.default_rng(2).random((16, 16))
    for time, dimensions in ((0.3, 20), (1.75, 8)):
        expected = scipy.linalg.expm(-time * matrix(operator, 16)) @ start.ravel()
        found = operator.relax(start, time=time, dimensions=dimensions)
        np.testing.assert_allclose(found.ravel(), expected, atol=2e-6)


def test_an_iteration_that_does_not_end_is_refused(monkeypatch):
    monkeypatch.setattr("orca.data.simulate.elliptic.MOST_ITERATIONS", 3)
    with pytest.raises(DataError, match="positive"):
        random_material(16, low=0.1).solve(np.ones((16, 16)))
