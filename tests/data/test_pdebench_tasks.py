from dataclasses import replace

import h5py
import numpy as np
import pytest

from orca.data.task import TASKS, Samples
from orca.errors import DataError
from tests.data import fixtures_pdebench as fixtures
from tests.data.conftest import resized
from tests.data.made_tasks import samples_of

TEN = Samples(train=7, validation=1, test=2)


def file_of(name):
    return TASKS[name].files[0].name


GAS = ("density", "pressure", "Vx")
PROFILES = (10, 201, 16)  # samples, frames, points


@pytest.mark.parametrize(
    ("name", "shape", "trained", "tested", "stride"),
    [
        ("pde_advection", PROFILES, 200, 200, 1),
        ("pde_burgers", PROFILES, 200, 200, 1),
        ("pde_advection_official", PROFILES, 200, 200, 4),
        ("pde_diffusion_reaction_1d_official", (10, 101, 16), 29, 99, 1),
    ],
)
def test_of_arrays_the_first_tenth_is_the_test_split_and_some_later_frame_the_target(
    name, shape, trained, tested, stride, sources, go
):
    made = fixtures.arrays(sources / file_of(name), ("tensor",), shape)["tensor"][..., ::stride]
    fit, test = go(name, samples=TEN, grid=(16 // stride,))
    inputs, targets = samples_of(test, "test")
    np.testing.assert_array_equal(inputs[:, 0], made[:2, 0])
    np.testing.assert_array_equal(targets[:, 0], made[:2, tested])
    np.testing.assert_array_equal(samples_of(fit, "fit")[1][:, 0], made[2:, trained])


ALONG, ACROSS = (101, 16, 1), (101, 8, 8, 1)  # frames, grid, channels


@pytest.mark.parametrize(
    ("name", "shape", "tested", "given", "asked"),
    [
        ("pde_diffusion_sorption", ALONG, 100, [0], [0]),
        ("pde_diffusion_sorption_official", ALONG, 99, [0], [0]),
        ("pde_shallow_water", ACROSS, 100, [0], [0]),
        ("pde_diffusion_reaction_2d", (101, 8, 8, 2), 100, [0, 1], [0, 1]),
        ("pde_diffusion_reaction_2d_official", (101, 8, 8, 2), 99, [0], [1]),
    ],
)
def test_of_groups_the_last_tenth_is_the_test_split(name, shape, tested, given, asked, sources, go):
    made = fixtures.groups(sources / file_of(name), 10, shape)
    fit, test = go(name, samples=TEN, grid=shape[1:-1])
    inputs, targets = samples_of(test, "test")
    for row, sample in enumerate((8, 9)):
        np.testing.assert_array_equal(inputs[row], np.moveaxis(made[sample][0], -1, 0)[given])
        np.testing.assert_array_equal(targets[row], np.moveaxis(made[sample][tested], -1, 0)[asked])
    trained = fit.read(np.array([3]))[1][0]
    np.testing.assert_array_equal(trained, np.moveaxis(made[3][100], -1, 0)[asked])


@pytest.mark.parametrize(
    ("name", "stride"), [("pde_darcy_flow", 1), ("pde_darcy_flow_official", 2)]
)
def test_darcy_goes_from_coefficient_to_solution(name, stride, sources, go):
    made = fixtures.darcy(sources / file_of(name), 10, 16)
    fit, _ = go(name, samples=TEN, grid=(16 // stride, 16 // stride))
    inputs, targets = samples_of(fit, "fit")
    np.testing.assert_array_equal(inputs[:, 0], made["nu"][2:, ::stride, ::stride])
    np.testing.assert_array_equal(targets[:, 0], made["tensor"][2:, 0, ::stride, ::stride])


def test_navier_stokes_is_normalised_at_each_place_and_scored_in_its_own_units(sources, go):
    name = "pde_navier_stokes_1d"
    made = fixtures.arrays(sources / file_of(name), GAS, (10, 101, 16))
    fit, test = go(name, samples=TEN, grid=(16,))
    expected = np.stack([made[key][:2, 100] for key in GAS], axis=1)
    np.testing.assert_array_equal(test.targets(test.rows("test")), expected)
    inputs, targets = samples_of(fit, "train")
    assert np.abs(inputs.mean(axis=0)).max() < 1e-5
    assert np.abs(targets.mean(axis=0)).max() < 1e-5


def test_navier_stokes_as_official_is_one_signal_in_the_inputs_units(sources, go):
    name = "pde_navier_stokes_1d_official"
    made = fixtures.arrays(sources / file_of(name), GAS, (10, 101, 16))
    _, test = go(name, samples=TEN, grid=(48,))
    first = np.concatenate([made[key][2:, 0] for key in GAS], axis=1)
    last = np.concatenate([made[key][:2, 100] for key in GAS], axis=1)
    expected = (last - first.mean(axis=0)) / first.std(axis=0)
    np.testing.assert_allclose(
        test.targets(test.rows("test"))[:, 0], expected, rtol=1e-3, atol=1e-4
    )


def test_compressible_flow_in_2d_has_its_test_samples_last_and_as_official_its_own_constants(
    sources, go
):
    name = "pde_navier_stokes_2d_official"
    made = fixtures.arrays(sources / file_of(name), (*GAS, "Vy"), (10, 21, 16, 16))
    _, test = go(name, samples=TEN, grid=(8, 8))
    for frame, found in zip((0, 20), samples_of(test, "test"), strict=True):
        fields = np.stack([made[key][:, frame, ::2, ::2] for key in (*GAS, "Vy")], axis=1)
        expected = (fields[8:] - fields[:8].mean(axis=0)) / fields[:8].std(axis=0)
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ((9, 201, 32), "9 samples instead of 10"),
        ((10, 201, 16), r"shape \(1, 16\); 'Advection' declares \(1, 32\)"),
        ((10, 101, 32), "101 frames; frame 200"),
    ],
)
def test_a_file_with_other_samples_points_or_frames_is_refused(shape, said, sources, go):
    fixtures.arrays(sources / file_of("pde_advection"), ("tensor",), shape)
    with pytest.raises(DataError, match=said):
        go("pde_advection", samples=TEN, grid=(32,))


@pytest.mark.parametrize(
    ("name", "grid"), [("pde_advection", (32,)), ("pde_shallow_water", (8, 8))]
)
@pytest.mark.parametrize("kept", [0.0, 0.3, 0.9])
def test_a_file_cut_short_is_named_with_what_to_do(sources, go, name, grid, kept):
    path = sources / file_of(name)
    if name == "pde_advection":
        fixtures.arrays(path, ("tensor",), (10, 201, *grid))
    else:
        fixtures.groups(path, 10, (101, *grid, 1))
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(DataError) as fault:
        go(name, samples=TEN, grid=grid)
    assert path.name in fault.value.where
    assert "fetch" in fault.value.mend or "get it by hand" in fault.value.mend  # an empty one


def test_a_file_without_the_array_that_is_wanted_names_both(sources, go):
    name = "pde_darcy_flow"
    path = sources / file_of(name)
    fixtures.darcy(path, 10, 8)
    with h5py.File(path, "a") as file:
        file.move("nu", "mu")
    with pytest.raises(DataError, match="nu") as fault:
        go(name, samples=TEN, grid=(8, 8))
    assert path.name in fault.value.where


def test_a_group_without_data_is_named(sources, go):
    name = "pde_diffusion_sorption"
    fixtures.groups(sources / file_of(name), 10, (101, 16, 1))
    with h5py.File(sources / file_of(name), "a") as file:
        del file["0004/data"]
    with pytest.raises(DataError, match="'0004/data': it has no array"):
        go(name, samples=TEN, grid=(16,))


SIMULATED = [name for name in TASKS if "_simulated" in name and name.startswith("pde_")]


def smallest(name):
    """Return a simulated task on the fewest cells its official variant can thin out."""
    task, cells = TASKS[name], 16
    way, frames = task.files[0], task.option
    points = 3 * cells if frames.flat else cells // frames.stride
    return replace(
        resized(task, (points,) * (len(task.input_shape) - 1)),
        samples=Samples(train=4, validation=1, test=2),
        files=(replace(way, samples=7, cells=cells),),
    )


@pytest.mark.parametrize("name", SIMULATED)
def test_every_simulated_task_goes_the_same_way_as_the_published_one(name, through):
    task = smallest(name)
    inputs, targets = samples_of(through(name, task)[0], "train")
    assert inputs.shape == (4, *task.input_shape)
    assert np.isfinite(targets).all()


def test_the_demos_diffusion_sorption_starts_constant_in_space(through):
    name = "pde_diffusion_sorption_simulated_128"
    inputs, _ = samples_of(through(name, smallest(name))[0], "train")
    assert (inputs == inputs[:, :, :1]).all()
    assert len(np.unique(inputs[:, 0, 0])) == 4


def test_darcy_flow_of_nas_bench_360_is_simulated_too(through):
    task = resized(TASKS["darcy_flow_simulated"], (17, 17))
    ways = zip(task.files, (5, 2), strict=True)
    task = replace(
        task,
        samples=Samples(train=4, validation=1, test=2),
        files=tuple(replace(way, samples=count, cells=17) for way, count in ways),
    )
    _, test = through("darcy_flow_simulated", task)
    pressure = test.targets(test.rows("test"))
    assert (pressure >= -1e-9).all()
    assert 1e-3 < pressure.max() < 5e-2


def test_two_resolutions_are_of_the_same_fields(through):
    fine, coarse = (
        samples_of(through(name, replace(smallest(name), source="one"), name)[1], "test")
        for name in ("pde_advection_small_64_simulated", "pde_advection_small_32_simulated")
    )
    for few, many in zip(coarse, fine, strict=True):
        assert 2 * few.shape[-1] == many.shape[-1]
        np.testing.assert_array_equal(many[..., ::2], few)
