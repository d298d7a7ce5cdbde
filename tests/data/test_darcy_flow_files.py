import h5py
import numpy as np
import pytest
from scipy.io import savemat

from orca.data.tasks.darcy_flow import read_field
from orca.errors import DataError

GENERATOR = np.random.default_rng(0)
SHAPE = (9, 11, 16)


@pytest.fixture(
    params=[np.float64, np.float32, np.uint8, np.int16], ids=["double", "single", "uint8", "int16"]
)
def field(request):
    return (GENERATOR.uniform(0, 100, SHAPE)).astype(request.param)


@pytest.mark.parametrize("compressed", [True, False])
def test_level_5_files_are_read_as_scipy_wrote_them(tmp_path, field, compressed):
    content = {"a": np.ones(3), "field": field, "b": np.ones((2, 2))}
    savemat(tmp_path / "x.mat", content, do_compression=compressed)
    seen = read_field(tmp_path / "x.mat", "field", stride=5, samples=7)
    np.testing.assert_array_equal(seen, field[:7, ::5, ::5].astype(np.float32))


def test_level_7_3_files_are_read(tmp_path):
    field = GENERATOR.normal(size=SHAPE)
    with h5py.File(tmp_path / "x.mat", "w", userblock_size=512) as file:
        file["field"] = field.T
    seen = read_field(tmp_path / "x.mat", "field", stride=2, samples=9)
    np.testing.assert_array_equal(seen, field[:, ::2, ::2].astype(np.float32))


@pytest.mark.parametrize(
    ("key", "samples", "said"),
    [("other", 9, "no MATLAB file with"), ("field", 10, "10 fields are wanted")],
)
def test_a_field_that_is_not_there_is_named(tmp_path, key, samples, said):
    savemat(tmp_path / "x.mat", {"field": np.ones(SHAPE)})
    with pytest.raises(DataError, match=said):
        read_field(tmp_path / "x.mat", key, stride=1, samples=samples)


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("cut", [10, 3000, 10_000])
def test_a_file_cut_short_is_refused(tmp_path, compressed, cut):
    savemat(tmp_path / "x.mat", {"field": GENERATOR.normal(size=SHAPE)}, do_compression=compressed)
    content = (tmp_path / "x.mat").read_bytes()
    (tmp_path / "x.mat").write_bytes(content[:-cut])
    with pytest.raises(DataError, match=r"x\.mat"):
        read_field(tmp_path / "x.mat", "field", stride=1, samples=9)


@pytest.mark.parametrize("content", [b"", b"<html>", bytes(200)])
def test_what_is_no_matlab_file_is_refused(tmp_path, content):
    (tmp_path / "x.mat").write_bytes(content)
    with pytest.raises(DataError, match="no MATLAB file"):
        read_field(tmp_path / "x.mat", "field", stride=1, samples=1)
