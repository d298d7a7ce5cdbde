from dataclasses import replace

import h5py
import numpy as np
import pytest

from orca.data.fetch import fetch
from orca.data.pdebench_file import Frames
from orca.data.prepare import prepare
from orca.data.store import Prepared
from orca.data.task import TASKS, Field, Samples
from orca.data.ways import Simulated
from orca.errors import DataError
from tests.data import fixtures_pdebench as fixtures
from tests.data.going_through import go

TEN = Samples(train=7, validation=1, test=2)


@pytest.fixture
def sources(tmp_path):
    folder = tmp_path / "sources"
    folder.mkdir()
    return folder


def small(name, channels_in, channels_out, *grid, flat=False):
    """Return the changes that fit a task to a small grid."""
    if flat:
        return {"input_shape": (1, 3 * grid[0]), "target": Field(grid=(3 * grid[0],))}
    return {
        "input_shape": (channels_in, *grid),
        "target": Field(grid=grid, channels=channels_out),
    }


def file_of(name):
    return TASKS[name].files[0].name


@pytest.mark.parametrize("name", ["pde_advection", "pde_burgers"])
def test_the_first_tenth_is_the_test_split_and_the_last_frame_the_target(
    name, sources, tmp_path, server
):
    made = fixtures.arrays(sources / file_of(name), ("tensor",), (10, 201, 32))["tensor"]
    changes = small(name, 1, 1, 32)
    _, fit, test = go(name, sources, tmp_path, server, samples=TEN, **changes)
    inputs, targets = test.whole("test")
    np.testing.assert_array_equal(inputs[:, 0], made[:2, 0])
    np.testing.assert_array_equal(targets[:, 0], made[:2, 200])
    np.testing.assert_array_equal(fit.whole("fit")[1][:, 0], made[2:, 200])


def test_advection_as_official_keeps_every_fourth_point(sources, tmp_path, server):
    name = "pde_advection_official"
    made = fixtures.arrays(sources / file_of(name), ("tensor",), (10, 201, 32))["tensor"]
    _, _, test = go(name, sources, tmp_path, server, samples=TEN, **small(name, 1, 1, 8))
    np.testing.assert_array_equal(test.whole("test")[1][:, 0], made[:2, 200, ::4])


def test_reaction_as_official_trains_on_frame_29_and_tests_on_99(sources, tmp_path, server):
    name = "pde_diffusion_reaction_1d_official"
    made = fixtures.arrays(sources / file_of(name), ("tensor",), (10, 101, 16))["tensor"]
    _, fit, test = go(name, sources, tmp_path, server, samples=TEN, **small(name, 1, 1, 16))
    np.testing.assert_array_equal(fit.whole("fit")[1][:, 0], made[2:, 29])
    np.testing.assert_array_equal(test.whole("test")[1][:, 0], made[:2, 99])


@pytest.mark.parametrize(
    ("name", "trained", "tested"),
    [
        ("pde_diffusion_sorption", 100, 100), ("pde_diffusion_sorption_official", 100, 99),
    ],
)  # fmt: skip
def test_of_groups_the_last_tenth_is_the_test_split(
    name, trained, tested, sources, tmp_path, server
):
    made = fixtures.groups(sources / file_of(name), 10, (101, 16, 1))
    _, fit, test = go(name, sources, tmp_path, server, samples=TEN, **small(name, 1, 1, 16))
    inputs, targets = test.whole("test")
    for row, sample in enumerate((8, 9)):
        np.testing.assert_array_equal(inputs[row, 0], made[sample][0, :, 0])
        np.testing.assert_array_equal(targets[row, 0], made[sample][tested, :, 0])
    np.testing.assert_array_equal(fit.read(np.array([3]))[1][0, 0], made[3][trained, :, 0])


def test_shallow_water_is_a_grid(sources, tmp_path, server):
    name = "pde_shallow_water"
    made = fixtures.groups(sources / file_of(name), 10, (101, 8, 8, 1))
    _, fit, _ = go(name, sources, tmp_path, server, samples=TEN, **small(name, 1, 1, 8, 8))
    np.testing.assert_array_equal(fit.whole("fit")[0][4, 0], made[4][0, :, :, 0])


def test_both_fields_of_reaction_in_2d_are_given_and_predicted(sources, tmp_path, server):
    name = "pde_diffusion_reaction_2d"
    made = fixtures.groups(sources / file_of(name), 10, (101, 8, 8, 2))
    _, _, test = go(name, sources, tmp_path, server, samples=TEN, **small(name, 2, 2, 8, 8))
    inputs, targets = test.whole("test")
    np.testing.assert_array_equal(inputs[0], np.moveaxis(made[8][0], -1, 0))
    np.testing.assert_array_equal(targets[1], np.moveaxis(made[9][100], -1, 0))


def test_reaction_in_2d_as_official_goes_from_one_field_to_the_other(sources, tmp_path, server):
    name = "pde_diffusion_reaction_2d_official"
    made = fixtures.groups(sources / file_of(name), 10, (101, 8, 8, 2))
    _, _, test = go(name, sources, tmp_path, server, samples=TEN, **small(name, 1, 1, 8, 8))
    inputs, targets = test.whole("test")
    np.testing.assert_array_equal(inputs[0, 0], made[8][0, ..., 0])
    np.testing.assert_array_equal(targets[0, 0], made[8][99, ..., 1])


@pytest.mark.parametrize(
    ("name", "stride"), [("pde_darcy_flow", 1), ("pde_darcy_flow_official", 2)]
)
def test_darcy_goes_from_coefficient_to_solution(name, stride, sources, tmp_path, server):
    made = fixtures.darcy(sources / file_of(name), 10, 16)
    grid = 16 // stride
    changes = small(name, 1, 1, grid, grid)
    _, fit, _ = go(name, sources, tmp_path, server, samples=TEN, **changes)
    inputs, targets = fit.whole("fit")
    np.testing.assert_array_equal(inputs[:, 0], made["nu"][2:, ::stride, ::stride])
    np.testing.assert_array_equal(targets[:, 0], made["tensor"][2:, 0, ::stride, ::stride])


GAS = ("density", "pressure", "Vx")


def test_navier_stokes_is_normalised_at_each_place_and_scored_in_its_own_units(
    sources, tmp_path, server
):
    name = "pde_navier_stokes_1d"
    made = fixtures.arrays(sources / file_of(name), GAS, (10, 101, 16))
    _, fit, test = go(name, sources, tmp_path, server, samples=TEN, **small(name, 3, 3, 16))
    expected = np.stack([made[key][:2, 100] for key in GAS], axis=1)
    np.testing.assert_array_equal(test.targets(test.rows("test")), expected)
    inputs, targets = fit.whole("train")
    assert np.abs(inputs.mean(axis=0)).max() < 1e-5
    assert np.abs(targets.mean(axis=0)).max() < 1e-5


def test_navier_stokes_as_official_is_one_signal_in_the_inputs_units(sources, tmp_path, server):
    name = "pde_navier_stokes_1d_official"
    made = fixtures.arrays(sources / file_of(name), GAS, (10, 101, 16))
    changes = small(name, 1, 1, 16, flat=True)
    _, _, test = go(name, sources, tmp_path, server, samples=TEN, **changes)
    first = np.concatenate([made[key][2:, 0] for key in GAS], axis=1)
    last = np.concatenate([made[key][:2, 100] for key in GAS], axis=1)
    expected = (last - first.mean(axis=0)) / first.std(axis=0)
    np.testing.assert_allclose(
        test.targets(test.rows("test"))[:, 0], expected, rtol=1e-3, atol=1e-4
    )


def test_compressible_flow_in_2d_has_its_test_samples_last(sources, tmp_path, server):
    name = "pde_navier_stokes_2d"
    keys = (*GAS, "Vy")
    made = fixtures.arrays(sources / file_of(name), keys, (10, 21, 16, 16))
    _, _, test = go(name, sources, tmp_path, server, samples=TEN, **small(name, 4, 4, 8, 8))
    np.testing.assert_array_equal(
        test.targets(test.rows("test"))[:, 2], made["Vx"][8:, 20, ::2, ::2]
    )


def test_a_file_with_another_number_of_samples_is_refused(sources, tmp_path, server):
    name = "pde_advection"
    fixtures.arrays(sources / file_of(name), ("tensor",), (9, 201, 32))
    with pytest.raises(DataError, match="9 samples instead of 10"):
        go(name, sources, tmp_path, server, samples=TEN, **small(name, 1, 1, 32))


def test_a_file_of_another_resolution_is_refused(sources, tmp_path, server):
    name = "pde_advection"
    fixtures.arrays(sources / file_of(name), ("tensor",), (10, 201, 16))
    with pytest.raises(DataError, match=r"\(1, 16\) instead of \(1, 32\)"):
        go(name, sources, tmp_path, server, samples=TEN, **small(name, 1, 1, 32))


def test_a_file_with_too_few_frames_is_refused(sources, tmp_path, server):
    name = "pde_advection"
    fixtures.arrays(sources / file_of(name), ("tensor",), (10, 101, 32))
    with pytest.raises(DataError, match="101 frames; frame 200"):
        go(name, sources, tmp_path, server, samples=TEN, **small(name, 1, 1, 32))


@pytest.mark.parametrize(
    ("name", "grid"), [("pde_advection", (32,)), ("pde_shallow_water", (8, 8))]
)
@pytest.mark.parametrize("kept", [0.0, 0.3, 0.9])
def test_a_file_cut_short_is_named_with_what_to_do(sources, tmp_path, server, name, grid, kept):
    path = sources / file_of(name)
    if name == "pde_advection":
        fixtures.arrays(path, ("tensor",), (10, 201, *grid))
    else:
        fixtures.groups(path, 10, (101, *grid, 1))
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(DataError) as fault:
        go(name, sources, tmp_path, server, samples=TEN, **small(name, 1, 1, *grid))
    assert path.name in fault.value.where
    assert "fetch" in fault.value.mend


def test_a_file_without_the_array_that_is_wanted_names_both(sources, tmp_path, server):
    name = "pde_darcy_flow"
    path = sources / file_of(name)
    fixtures.darcy(path, 10, 8)
    with h5py.File(path, "a") as file:
        file.move("nu", "mu")
    with pytest.raises(DataError, match="nu") as fault:
        go(name, sources, tmp_path, server, samples=TEN, **small(name, 1, 1, 8, 8))
    assert path.name in fault.value.where


def test_a_group_without_data_is_named(sources, tmp_path, server):
    name = "pde_diffusion_sorption"
    fixtures.groups(sources / file_of(name), 10, (101, 16, 1))
    with h5py.File(sources / file_of(name), "a") as file:
        del file["0004/data"]
    with pytest.raises(DataError, match="sample '0004'"):
        go(name, sources, tmp_path, server, samples=TEN, **small(name, 1, 1, 16))


SIMULATED = [name for name in TASKS if "_simulated" in name and name.startswith("pde_")]


def smallest(name):
    """Return a simulated task on the fewest cells its official variant can thin out."""
    task = TASKS[name]
    way, frames = task.files[0], task.option
    assert isinstance(way, Simulated)
    assert isinstance(frames, Frames)
    cells = 16
    grid = (cells // frames.stride,) * (len(task.input_shape) - 1)
    channels = 1 if frames.flat else task.input_shape[0]
    grid = (3 * cells,) if frames.flat else grid
    samples = Samples(train=4, validation=1, test=2)
    return replace(
        task,
        samples=samples,
        input_shape=(channels, *grid),
        target=Field(grid=grid, channels=1 if frames.flat else task.target.channels),
        files=(replace(way, samples=7, cells=cells),),
    )


@pytest.mark.parametrize("name", SIMULATED)
def test_every_simulated_task_goes_the_same_way_as_the_published_one(name, tmp_path):
    task = smallest(name)
    raw = tmp_path / task.source
    fetch(task, raw)
    prepare(task, name, raw, tmp_path / "out")
    with Prepared(tmp_path / "out/fit.h5", task) as fit:
        inputs, targets = fit.whole("train")
    assert inputs.shape == (4, *task.input_shape)
    assert np.isfinite(targets).all()


def test_the_demos_diffusion_sorption_starts_constant_in_space(tmp_path):
    task = smallest("pde_diffusion_sorption_simulated_128")
    fetch(task, tmp_path / "raw")
    prepare(task, "pde_diffusion_sorption_simulated_128", tmp_path / "raw", tmp_path / "out")
    with Prepared(tmp_path / "out/fit.h5", task) as fit:
        inputs, _ = fit.whole("train")
    assert (inputs == inputs[:, :, :1]).all()
    assert len(np.unique(inputs[:, 0, 0])) == 4


def test_darcy_flow_of_nas_bench_360_is_simulated_in_its_own_format(tmp_path):
    task = TASKS["darcy_flow_simulated"]
    task = replace(
        task,
        samples=Samples(train=4, validation=1, test=2),
        input_shape=(3, 17, 17),
        target=Field(grid=(17, 17)),
        files=tuple(
            replace(way, samples=count, cells=17)
            for way, count in zip(task.files, (5, 2), strict=True)
        ),
    )
    fetch(task, tmp_path / "raw")
    prepare(task, "darcy_flow_simulated", tmp_path / "raw", tmp_path / "out")
    with Prepared(tmp_path / "out/test.h5", task) as test:
        pressure = test.targets(test.rows("test"))
    assert (pressure >= -1e-9).all()
    assert 1e-3 < pressure.max() < 5e-2


def test_two_resolutions_are_of_the_same_fields(tmp_path):
    tasks = {n: smallest(f"pde_advection_small_{n}_simulated") for n in (32, 64)}
    fetch(tasks[64], tmp_path / "raw")
    found = {}
    for points, task in tasks.items():
        prepare(
            task,
            f"pde_advection_small_{points}_simulated",
            tmp_path / "raw",
            tmp_path / str(points),
        )
        with Prepared(tmp_path / str(points) / "test.h5", task) as test:
            found[points] = test.whole("test")
    for coarse, fine in zip(found[32], found[64], strict=True):
        assert 2 * coarse.shape[-1] == fine.shape[-1]
        np.testing.assert_array_equal(fine[..., ::2], coarse)
