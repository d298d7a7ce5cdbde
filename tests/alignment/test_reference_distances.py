"""Agreement with the official code's values and with converged ones; see tests/reference."""

import pytest
import torch

from orca.alignment.distances.otdd import OtddSettings
from orca.alignment.features import SourceFeatures
from orca.alignment.mmd import mmd
from orca.alignment.otdd import otdd, source_terms

either_precision = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)


def value_and_gradient(reference, dtype, **settings):
    target = reference.arrays["target"].to(dtype).requires_grad_()
    labels = reference.arrays["source_labels"]
    value = otdd(reference.arrays["source"].to(dtype), labels, target, **settings)
    value.backward()
    return value.item(), target.grad


def assert_same_direction_and_length(gradient, expected):
    expected = expected.to(gradient)
    cosine = torch.nn.functional.cosine_similarity(gradient.flatten(), expected.flatten(), dim=0)
    assert cosine >= 0.999
    assert gradient.norm() / expected.norm() == pytest.approx(1, rel=0.01)


@either_precision
def test_converged_values_agree(reference, dtype):
    value, _ = value_and_gradient(reference, dtype)
    assert value == pytest.approx(reference.values["otdd_exact_converged"], rel=1e-4)


@either_precision
def test_official_values_and_gradients_agree(reference, dtype):
    value, gradient = value_and_gradient(reference, dtype, schedule="official")
    assert value == pytest.approx(reference.values["otdd_exact"], rel=1e-3)
    assert_same_direction_and_length(gradient, reference.arrays["grad_exact"])


@either_precision
def test_official_values_and_gradients_between_gaussians_agree(reference, dtype):
    value, gradient = value_and_gradient(reference, dtype, schedule="official", inner="gaussian")
    assert value == pytest.approx(reference.values["otdd_gaussian"], rel=1e-3)
    assert_same_direction_and_length(gradient, reference.arrays["grad_gaussian"])


def test_label_distances_agree(reference):
    arrays = reference.arrays
    source = SourceFeatures.of(arrays["source"].double(), arrays["source_labels"])
    terms = source_terms(source, OtddSettings(tolerance=1e-6))
    expected = arrays["label_distances"][:-1, :-1]
    torch.testing.assert_close(terms["label_distances"], expected, rtol=1e-4, atol=1e-5)


@either_precision
def test_mmd_and_its_gradient_agree(reference, dtype):
    arrays = reference.arrays
    target = arrays["target"].to(dtype).requires_grad_()
    value = mmd(arrays["source"].to(dtype)[arrays["mmd_rows"]], target)
    value.backward()
    assert value.item() == pytest.approx(reference.values["mmd"], rel=1e-4)
    assert_same_direction_and_length(target.grad, arrays["grad_mmd"])
