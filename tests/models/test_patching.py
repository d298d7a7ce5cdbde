"""Kernels: the reference's tables, and what every choice must keep to."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from orca.errors import SettingsError
from orca.models.patching import closest_kernel, plan_patches, smallest_divisor, smallest_kernel
from orca.models.settings import ModelSettings
from tests.models.library_models import loaded


def after_convolution(length, kernel):
    """Return the tokens that a convolution with stride `kernel` makes: nothing is padded."""
    return len(range(0, length - kernel + 1, kernel))


@pytest.mark.parametrize(
    ("length", "target", "kernel", "tokens"),
    [
        (1000, 64, 20, 50), (1000, 512, 2, 500), (46, 512, 1, 46), (3072, 128, 24, 128),
        (1024, 256, 4, 256), (1024, 32, 32, 32), (256, 512, 1, 256), (3840, 32, 120, 32),
        (3840, 8, 480, 8), (997, 64, 997, 1),
    ],
)  # fmt: skip
def test_the_smallest_divisor_is_that_of_the_official_code(length, target, kernel, tokens):
    assert smallest_divisor(length, target=target) == kernel
    assert length // kernel == tokens


def test_for_a_body_of_grids_the_official_tokens_fill_a_square():
    kernel = smallest_divisor(1000, target=1024, square=True)
    assert (kernel, 1000 // kernel) == (10, 100)


@pytest.mark.parametrize(
    ("length", "target", "kernel"),
    [(1024, 256, 4), (1024, 32, 32), (1024, 8, 128), (1000, 8, 125), (3739, 8, 467)],
)
def test_tokens_are_counted_as_a_convolution_leaves_them(length, target, kernel):
    """The first is the paper's own example."""
    assert closest_kernel(length, target=target) == kernel
    tokens = torch.nn.Conv1d(1, 1, kernel, stride=kernel)(torch.zeros(1, 1, length)).shape[2]
    assert tokens == after_convolution(length, kernel) == target


@given(st.integers(1, 600), st.integers(1, 600))
def test_after_the_convolution_no_kernel_comes_closer_and_no_larger_one_as_close(length, target):
    """ORCA (ICML 2023), A.2.3: k is the largest whose number of tokens is closest to s*."""
    kernels = range(1, length + 1)
    away = {k: abs(after_convolution(length, k) - target) for k in kernels}
    closest = [k for k in kernels if away[k] == min(away.values())]
    assert closest_kernel(length, target=target) == max(closest)


@given(st.integers(1, 600), st.integers(1, 600), st.integers(1, 100))
def test_no_rule_makes_more_tokens_than_the_body_takes(length, target, most):
    for rule in (closest_kernel, smallest_divisor):
        kernel = rule(length, target=target, most=most)
        assert 1 <= kernel <= length
        assert math.ceil(length / kernel) <= most


@given(st.integers(1, 90), st.integers(1, 90), st.integers(1, 600))
def test_a_grid_s_kernel_fits_the_body_and_no_smaller_one_does(height, width, most):
    kernel = smallest_kernel((height, width), most=most)

    def tokens(kernel):
        return math.ceil(height / kernel) * math.ceil(width / kernel)

    assert tokens(kernel) <= most
    assert kernel == 1 or tokens(kernel - 1) > most


@pytest.mark.parametrize("name", ["minilm", "swin_base"])
def test_a_kernel_longer_than_the_input_says_how_long_it_may_be(name):
    with pytest.raises(SettingsError, match="longer than the input, which has 40 points"):
        plan_patches((1, 40), body=loaded(name), settings=ModelSettings(kernel=41))


def test_more_tokens_than_the_body_takes_are_refused():
    body = loaded("minilm")
    with pytest.raises(SettingsError, match=f"the body takes {body.longest}"):
        plan_patches((1, 400), body=body, settings=ModelSettings(kernel=1))


def test_padding_adds_zeros_at_the_end_and_changes_no_point():
    settings = ModelSettings(kernel=7)
    for shape in [(2, 40), (2, 10, 13)]:
        patches = plan_patches(shape, body=loaded("minilm"), settings=settings)
        inputs = torch.randn(3, *shape)
        padded = patches.prepare(inputs)
        assert all(side % 7 == 0 for side in padded.shape[2:])
        inside = padded[tuple(slice(length) for length in inputs.shape)]
        assert torch.equal(inside, inputs)
        assert torch.isclose(padded.abs().sum(), inputs.abs().sum())


def test_a_folded_sequence_may_not_change_its_length():
    patches = plan_patches((1, 40), body=loaded("swin_base"), settings=ModelSettings())
    with pytest.raises(SettingsError, match="the task declares \\(40,\\)"):
        patches.prepare(torch.randn(2, 1, 41))
