import pytest
import torch
from scipy.linalg import sqrtm

from orca.alignment.label_cost import gaussian_distances
from orca.alignment.points import PointsByClass


def sample(count, width, seed):
    return torch.randn(count, width, generator=torch.Generator().manual_seed(seed)).double()


def bures_wasserstein(x, y):
    """The distance by its formula, from covariances and matrix square roots."""
    a, b = torch.cov(x.T), torch.cov(y.T)
    root = torch.from_numpy(sqrtm(a.numpy()).real)
    inner = torch.from_numpy(sqrtm((root @ b @ root).numpy()).real)
    apart = (x.mean(dim=0) - y.mean(dim=0)).square().sum()
    return float(apart + a.trace() + b.trace() - 2 * inner.trace())


def alone(points):
    return PointsByClass(points, torch.zeros(len(points), dtype=torch.long))


@pytest.mark.parametrize("sizes", [(40, 30), (30, 40), (5, 30), (3, 3)])
def test_distance_is_that_of_bures_and_wasserstein(sizes):
    x, y = sample(sizes[0], 4, 0), sample(sizes[1], 4, 1) * 2 + 1
    values, _ = gaussian_distances(alone(x), alone(y))
    assert values.item() == pytest.approx(bures_wasserstein(x, y), rel=1e-5)


def test_a_class_of_one_sample_is_a_point():
    x, y = sample(1, 4, 0), sample(30, 4, 1)
    expected = (x - y.mean(dim=0)).square().sum() + torch.cov(y.T).trace()
    assert gaussian_distances(alone(x), alone(y))[0].item() == pytest.approx(expected.item())
