import numpy as np
import pytest

from orca.data.simulate.gas_dynamics import (
    GAMMA,
    flow_of,
    gas_of,
    hydrodynamic_step,
    limited,
    wave_speed,
)
from orca.data.simulate.navier_stokes_1d import (
    VISCOSITY,
    draw_gases,
    evolve,
    solve_periodic,
    viscous_step,
)
from orca.data.simulation import cell_centres
from tests.data.simulate.conftest import relative_error


def draw(count, *, cells=64):
    x = cell_centres(-1.0, 1.0, cells)
    return draw_gases([np.random.default_rng([n, 0]) for n in range(count)], x)


def gas(density, velocity, pressure):
    """One gas, of fields along the line or numbers everywhere."""
    return np.stack(np.broadcast_arrays(density, velocity, pressure))[:, None]


def integrate(flow, *, time, spacing, courant=0.4):
    steps = int(np.ceil(time * wave_speed(flow).max() / (courant * spacing)))
    for _ in range(steps):
        flow = hydrodynamic_step(flow, np.full((flow.shape[1], 1), time / steps), spacing)
    return flow


def test_drawn_gases_have_the_published_ranges():
    density, velocity, pressure = draw(300)
    assert 1 <= density.min() < 1.1
    assert 15 < density.max() <= 20
    assert 10 <= pressure.min() < 11
    assert 150 < pressure.max() <= 200
    assert 1.5 < np.abs(velocity).max() <= 3
    windowed = (np.abs(velocity[:, :8]).max(1) < 1e-12).mean()
    assert windowed == pytest.approx(0.5, abs=0.08)


def test_a_sound_wave_has_the_frequency_and_damping_of_linear_theory():
    cells, wave, small = 256, np.pi, 1e-4
    x = cell_centres(-1.0, 1.0, cells)
    density, pressure = 4.0, 3.0
    sound2 = GAMMA * pressure / density
    start = gas(density, small * np.sin(wave * x), pressure)
    velocity = evolve(start, frames=tuple(range(101)))[1, 0].astype(float) @ np.sin(wave * x)
    times = np.arange(101) * 0.01
    damping = VISCOSITY * wave**2 / 2
    frequency = np.sqrt(sound2 * wave**2 - damping**2)
    shape = np.cos(frequency * times) - damping / frequency * np.sin(frequency * times)
    expected = np.exp(-damping * times) * shape
    np.testing.assert_allclose(velocity / velocity[0], expected, atol=4e-3)


def test_a_moving_density_wave_converges_to_second_order():
    errors = []
    for cells in (64, 128):
        x = cell_centres(-1.0, 1.0, cells)
        start = flow_of(gas(2 + np.sin(np.pi * x), 1.0, 1.0))
        moved = gas_of(integrate(start, time=0.5, spacing=2 / cells))[0, 0]
        errors.append(np.abs(moved - 2 - np.sin(np.pi * (x - 0.5))).mean())
    assert errors[1] < 2e-3
    assert np.log2(errors[0] / errors[1]) > 1.7


def test_the_shock_tube_of_sod_has_its_known_states():
    # gamma = 5/3: the middle pressure and velocity solve a nonlinear equation
    from scipy.optimize import brentq

    def behind_shock(p):
        return (p - 0.1) * np.sqrt(2 / (GAMMA + 1) / 0.125 / (p + (GAMMA - 1) / (GAMMA + 1) * 0.1))

    def behind_fan(p):
        sound = np.sqrt(GAMMA)
        return 2 * sound / (GAMMA - 1) * (1 - p ** ((GAMMA - 1) / (2 * GAMMA)))

    pressure = brentq(lambda p: behind_shock(p) - behind_fan(p), 0.1, 1.0)
    velocity = behind_shock(pressure)
    cells = 400
    x = cell_centres(-1.0, 1.0, cells)
    left = np.abs(x + 0.25) < 0.25
    start = flow_of(gas(np.where(left, 1.0, 0.125), 0.0, np.where(left, 1.0, 0.1)))
    density, moved, squeezed = gas_of(integrate(start, time=0.15, spacing=2 / cells))[:, 0]
    contact, shock = velocity * 0.15, np.sqrt(GAMMA * 0.1 / 0.125) * 0.15
    between = (x > contact + 0.05) & (x < shock + 0.02)
    np.testing.assert_allclose(squeezed[between], pressure, rtol=5e-3)
    np.testing.assert_allclose(moved[between], velocity, rtol=5e-3)
    ratio = pressure / 0.1
    jump = (GAMMA - 1) / (GAMMA + 1)
    np.testing.assert_allclose(
        density[between], 0.125 * (ratio + jump) / (jump * ratio + 1), rtol=1e-2
    )


def test_half_a_slope_is_the_least_of_three_and_nothing_at_an_extremum():
    before, after = np.array([[1.0, 2.0, 1.0, -1.0], [1.0, 8.0, -3.0, -1.0]])
    np.testing.assert_allclose(limited(before, after), [0.5, 2.0, 0.0, -0.5])


def test_viscosity_alone_damps_a_wave_and_turns_its_motion_into_heat():
    cells, spacing = 128, 2 / 128
    x = cell_centres(-1.0, 1.0, cells)
    later = flow = flow_of(gas(3.0, 0.1 * np.sin(np.pi * x), 1.0))
    for _ in range(200):
        later = viscous_step(later, np.full((1, 1), 1e-3), spacing)
    decay = np.abs(later[1]).max() / np.abs(flow[1]).max()
    assert decay == pytest.approx(np.exp(-VISCOSITY * np.pi**2 * 0.2), rel=2e-3)
    assert later[2].sum() == pytest.approx(flow[2].sum(), rel=1e-13)
    assert gas_of(later)[2].mean() > 1 + 1e-3
    assert gas_of(later)[2].min() > 1


def test_the_periodic_system_is_solved():
    generator = np.random.default_rng(0)
    diagonal, bonds, right = (generator.random((3, 7)) + 0.1 for _ in range(3))
    found = solve_periodic(diagonal, bonds, right)
    pull = bonds * (np.roll(found, -1, axis=1) - found)
    np.testing.assert_allclose(
        diagonal * found - pull + np.roll(pull, 1, axis=1), right, rtol=1e-10
    )


def test_the_whole_solution_converges_as_cells_shrink():
    ends = {}
    for cells in (64, 128, 256):
        x = cell_centres(-1.0, 1.0, cells)
        waves = 3 + np.sin(np.pi * x), 0.5 * np.cos(np.pi * x), 20 + 5 * np.sin(2 * np.pi * x)
        ends[cells] = evolve(gas(*waves), frames=(30,))[:, 0, 0].astype(float)
    halved = {cells: end.reshape(3, -1, 2).mean(2) for cells, end in ends.items()}
    coarse, fine = relative_error(ends[64], halved[128]), relative_error(ends[128], halved[256])
    assert fine < 5e-4
    assert coarse / fine > 1.8
