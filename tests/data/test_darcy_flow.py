import h5py
import numpy as np
import pytest
import torch
from scipy.io import savemat

from orca.data.task import Samples
from orca.data.tasks.darcy_flow import read_field
from orca.errors import DataError
from tests.data import fixtures_nas_bench_360 as fixtures
from tests.data.made_tasks import samples_of

SHAPE = (9, 11, 16)
SMALL = {"samples": Samples(train=10, validation=2, test=5), "grid": (10, 10)}


def test_darcy_flow_keeps_every_fifth_point_and_exact_coordinates(sources, go):
    made = fixtures.darcy(sources, 14, 46)
    fit, test = go("darcy_flow", **SMALL)
    solution = made[1]["sol"][:5, ::5, ::5]
    np.testing.assert_allclose(test.targets(test.rows("test"))[:, 0], solution, rtol=1e-6)
    inputs, targets = samples_of(test, "test")
    coordinates = np.linspace(0, 1, 10)
    np.testing.assert_allclose(inputs[3, 1, 4], coordinates, rtol=1e-6)
    np.testing.assert_allclose(inputs[3, 2, :, 4], coordinates, rtol=1e-6)
    train = made[0]["coeff"][:10, ::5, ::5]
    mean, std = train.mean(axis=0), train.std(axis=0)
    std[std == 0] = 1
    expected = (made[1]["coeff"][:5, ::5, ::5] - mean) / std
    np.testing.assert_allclose(inputs[:, 0], expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(
        test.target_constants.decode_predicted(targets)[:, 0], solution, rtol=1e-4, atol=1e-8
    )
    assert fit.rows("validation").tolist() == [10, 11]


def test_darcy_flow_as_official_is_normalised_as_by_the_code_on_all_but_the_test_s_samples(
    sources, go
):
    """Its way in PyTorch: `mean`, `std`, and 1e-5 added to this; coordinates come afterwards."""
    made = fixtures.darcy(sources, 14, 46)
    _, test = go("darcy_flow_official", **SMALL)
    seen = dict(zip(("coeff", "sol"), samples_of(test, "test"), strict=True))
    for key, values in seen.items():
        fit, held = (torch.from_numpy(part[key][:, ::5, ::5]).float() for part in made)
        mean, std = fit[:12].mean(dim=0), fit[:12].std(dim=0)
        expected = (held[:5] - mean) / (std + 1e-5)
        torch.testing.assert_close(torch.from_numpy(values[:, 0]), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(seen["coeff"][3, 1, 4], np.linspace(0, 1, 10), rtol=1e-6)
    decoded = test.target_constants.decode_predicted(seen["sol"])
    np.testing.assert_allclose(decoded[:, 0], made[1]["sol"][:5, ::5, ::5], rtol=1e-4, atol=1e-8)


def test_level_7_3_files_are_read(tmp_path):
    field = fixtures.GENERATOR.normal(size=SHAPE)
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
