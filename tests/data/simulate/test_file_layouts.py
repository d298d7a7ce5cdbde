import h5py
import numpy as np
import pytest

from orca.data.simulate.layout import Header, cell_centres, write_arrays, write_groups


def header(samples, frames=None):
    return Header(
        samples=samples,
        axes={"x": cell_centres(0.0, 1.0, 6), "t": np.arange(4.0)},
        attributes={"beta": 0.4},
        frames=frames,
        origin={"title": "A test", "variant": "standard", "seed": 3},
    )


def blocks(arrays, *cuts):
    ends = [0, *cuts, len(next(iter(arrays.values())))]
    for start, stop in zip(ends[:-1], ends[1:], strict=True):
        yield range(start, stop), {key: values[start:stop] for key, values in arrays.items()}


@pytest.fixture
def fields():
    return np.random.default_rng(0).random((5, 3, 6)).astype(np.float32)


def test_a_single_file_holds_arrays_coordinates_and_constants(tmp_path, fields):
    path = tmp_path / "twin.hdf5"
    write_arrays(path, header(5), blocks({"tensor": fields}, 2, 3))
    with h5py.File(path) as file:
        assert set(file) == {"tensor", "x-coordinate", "t-coordinate"}
        assert file["tensor"].dtype == file["x-coordinate"].dtype == np.float32
        np.testing.assert_array_equal(file["tensor"], fields)
        assert file.attrs["beta"] == 0.4
        assert file.attrs["simulated_seed"] == 3
        assert "frames" not in file.attrs


def test_groups_are_numbered_with_four_digits(tmp_path, fields):
    path = tmp_path / "twin.h5"
    write_groups(path, header(5, (0, 7, 9)), blocks({"data": fields[..., None]}, 4))
    with h5py.File(path) as file:
        assert list(file) == ["0000", "0001", "0002", "0003", "0004"]
        for number, group in enumerate(file.values()):
            assert set(group) == {"data", "grid"}
            assert set(group["grid"]) == {"x", "t"}
            assert group["data"].dtype == np.float32
            assert "beta" in group.attrs["config"]
            np.testing.assert_array_equal(group["data"][..., 0], fields[number])
        np.testing.assert_array_equal(file.attrs["frames"], [0, 7, 9])


def test_cell_centres_lie_half_a_cell_inside():
    np.testing.assert_allclose(cell_centres(-1.0, 1.0, 4), [-0.75, -0.25, 0.25, 0.75])
