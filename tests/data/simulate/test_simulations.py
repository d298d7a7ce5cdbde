"""What holds for every declared simulation: layout, determinism, refusals."""

import hashlib
import pickle
from dataclasses import replace

import h5py
import numpy as np
import pytest

from orca.data.simulation import BLOCK_BYTES, Simulation
from orca.declarations import Declarations
from orca.errors import DataError
from tests.data.simulate.conftest import portion

SIMULATIONS = Declarations[Simulation](package="orca.data.simulate", kind="simulation")
EVERY = pytest.mark.parametrize("name", sorted(SIMULATIONS))
PLAIN = SIMULATIONS["advection"]


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def small(simulation, samples=2, **changes):
    """Some samples on a grid and at frames that take a moment."""
    frames, variant = (0, 3)[: simulation.frames], simulation.variants[0]
    return portion(samples, **{"cells": 16, "frames": frames, "variant": variant, **changes})


@EVERY
def test_a_sample_is_the_same_in_whatever_block_it_is_solved(name):
    simulation = SIMULATIONS[name]
    together, alone = (
        simulation.solve(small(simulation, samples, seed=5, variant=simulation.variants[-1]))
        for samples in (5, range(3, 4))
    )
    for key, values in alone.items():
        np.testing.assert_array_equal(values[0], together[key][3])


@EVERY
def test_another_seed_gives_other_samples_and_the_same_seed_the_same_file(name, tmp_path):
    simulation = SIMULATIONS[name]
    for run, seed in enumerate((4, 4, 5)):
        simulation.generate(tmp_path / f"{run}", small(simulation, 4, seed=seed))
    digests = [digest(tmp_path / f"{run}") for run in range(3)]
    assert digests[0] == digests[1] != digests[2]


@EVERY
def test_kept_frames_are_those_of_the_whole_file(name):
    simulation = SIMULATIONS[name]
    kept = tuple(frame for frame in (0, 2, 3) if frame < simulation.frames)
    some, whole = (
        simulation.solve(small(simulation, frames=frames))
        for frames in (kept, tuple(range(min(simulation.frames, 4))))
    )
    for key, values in some.items():
        if simulation.frames > 1:
            np.testing.assert_array_equal(values, whole[key][:, list(kept)])


@pytest.mark.parametrize("name", ["advection", "shallow_water"])  # one of each layout
def test_two_workers_write_the_same_bytes_as_one(name, tmp_path):
    simulation = SIMULATIONS[name]
    for workers in (1, 2):
        some = small(simulation, simulation.block + 3)
        simulation.generate(tmp_path / f"{workers}", some, workers=workers)
    assert digest(tmp_path / "1") == digest(tmp_path / "2")


@EVERY
def test_every_variant_is_another_solution(name):
    simulation = SIMULATIONS[name]
    solutions = [
        simulation.solve(small(simulation, frames=(simulation.frames - 1,), variant=variant))
        for variant in simulation.variants
    ]
    last = list(solutions[0])[-1]
    assert len({solution[last].tobytes() for solution in solutions}) == len(solutions)


PUBLISHED = {
    "advection": {"tensor": (201, 1024)},
    "burgers": {"tensor": (201, 1024)},
    "diffusion_reaction_1d": {"tensor": (101, 1024)},
    "diffusion_sorption": {"data": (101, 1024, 1)},
    "navier_stokes_1d": {key: (101, 1024) for key in ("density", "pressure", "Vx")},
    "darcy_flow": {"tensor": (1, 128, 128), "nu": (128, 128)},
    "shallow_water": {"data": (101, 128, 128, 1)},
    "diffusion_reaction_2d": {"data": (101, 128, 128, 2)},
    "darcy_nas_bench": {"coeff": (421, 421), "sol": (421, 421)},
}


@EVERY
def test_keys_and_shapes_are_the_published_ones_at_the_cells_and_frames_asked_for(name, tmp_path):
    simulation = SIMULATIONS[name]
    some = small(simulation)
    simulation.generate(tmp_path / "twin", some)
    with h5py.File(tmp_path / "twin") as file:  # read by somebody who knows the layout only
        if simulation.layout == "groups":
            found = {"data": np.stack([group["data"][:] for group in file.values()])}
        else:
            found = {key: file[key][:] for key in file if not key.endswith("-coordinate")}
    sizes = {1: 1, simulation.frames: len(some.frames), simulation.cells: some.cells, 2: 2}
    expected = {key: (2, *map(sizes.get, shape)) for key, shape in PUBLISHED[name].items()}
    assert {key: values.shape for key, values in found.items()} == expected
    assert {values.dtype for values in found.values()} == {np.dtype("f4")}


def test_a_single_file_holds_arrays_coordinates_and_constants(tmp_path):
    PLAIN.generate(tmp_path / "twin", small(PLAIN, seed=3, frames=tuple(range(201))))
    with h5py.File(tmp_path / "twin") as file:
        assert set(file) == {"tensor", "x-coordinate", "t-coordinate"}
        assert file["x-coordinate"].dtype == np.float32
        assert file.attrs["beta"] == 0.4
        assert file.attrs["simulated_seed"] == 3
        assert "frames" not in file.attrs


def test_groups_are_numbered_with_four_digits(tmp_path):
    simulation = SIMULATIONS["diffusion_sorption"]
    simulation.generate(tmp_path / "twin", small(simulation, 5, frames=(0, 7, 9)))
    with h5py.File(tmp_path / "twin") as file:
        assert list(file) == ["0000", "0001", "0002", "0003", "0004"]
        for group in file.values():
            assert set(group) == {"data", "grid"}
            assert set(group["grid"]) == {"x", "t"}
            assert "rho_s" in group.attrs["config"]
        np.testing.assert_array_equal(file.attrs["frames"], [0, 7, 9])


@EVERY
def test_the_time_axis_of_files_of_arrays_has_one_time_more_than_frames(name):
    simulation = SIMULATIONS[name]
    axes = simulation.axes(16)
    for axis in sorted({"x", "y"} & set(axes)):
        assert len(axes[axis]) == 16
        np.testing.assert_allclose(np.diff(axes[axis], 2), 0, atol=1e-12)
    if "t" in axes:
        assert len(axes["t"]) == simulation.frames + (simulation.layout == "arrays")


def test_blocks_stay_small_however_many_samples_are_asked_for():
    blocks = list(PLAIN._split(portion(10000, 1024, tuple(range(201)))))
    assert max(len(block.samples) for block in blocks) * 201 * 1024 * 8 <= BLOCK_BYTES
    assert [n for block in blocks for n in block.samples] == list(range(10000))


def test_progress_adds_up_to_the_number_of_samples(tmp_path):
    seen = []
    PLAIN.generate(tmp_path / "a", small(PLAIN, 70), progress=seen.append)
    assert sum(seen) == 70
    assert len(seen) > 1


def test_an_interrupted_file_does_not_appear_and_the_old_one_stays(tmp_path):
    path = tmp_path / "twin.hdf5"
    path.write_text("old")

    def interrupt(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        PLAIN.generate(path, small(PLAIN), progress=interrupt)
    assert [entry.name for entry in tmp_path.iterdir()] == ["twin.hdf5"]
    assert path.read_text() == "old"


def test_a_solution_that_is_not_finite_is_never_stored(tmp_path):
    broken = replace(PLAIN, solve=lambda portion: {"tensor": np.full((1, 1, 16), np.nan)})
    with pytest.raises(DataError, match="not finite"):
        broken.generate(tmp_path / "twin", small(PLAIN, 1))


def test_an_error_comes_back_whole_from_a_worker():
    fault = DataError(where="here", what="is broken", mend="mend it")
    returned = pickle.loads(pickle.dumps(fault))
    assert type(returned) is DataError
    assert (returned.where, returned.what, returned.mend) == ("here", "is broken", "mend it")
    assert str(returned) == str(fault)
