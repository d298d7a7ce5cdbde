"""Kernels: the reference's tables, and what every choice must keep to."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from orca.errors import SettingsError
from orca.models.patching import kernel_of_grid, kernel_of_sequence, plan_patches
from orca.models.settings import ModelSettings


@pytest.mark.parametrize(
    ("length", "target", "kernel", "tokens"),
    [
        (1000, 64, 20, 50), (1000, 512, 2, 500), (46, 512, 1, 46), (3072, 128, 24, 128),
        (1024, 256, 4, 256), (1024, 32, 32, 32), (256, 512, 1, 256), (3840, 32, 120, 32),
        (3840, 8, 480, 8), (997, 64, 997, 1),
    ],
)  # fmt: skip
def test_the_smallest_divisor_is_that_of_the_official_code(length, target, kernel, tokens):
    assert kernel_of_sequence(length, target=target, rule="smallest_divisor") == kernel
    assert length // kernel == tokens


def test_for_a_body_of_grids_the_official_tokens_fill_a_square():
    kernel = kernel_of_sequence(1000, target=1024, rule="smallest_divisor", square=True)
    assert (kernel, 1000 // kernel) == (10, 100)


def test_the_paper_s_example_of_the_closest_length():
    assert kernel_of_sequence(1024, target=256, rule="closest_padded") == 4


@given(st.integers(1, 600), st.integers(1, 600))
def test_no_kernel_comes_closer_and_no_larger_one_as_close(length, target):
    kernel = kernel_of_sequence(length, target=target, rule="closest_padded")
    distance = abs(math.ceil(length / kernel) - target)
    for other in range(1, length + 1):
        away = abs(math.ceil(length / other) - target)
        assert away > distance or (away == distance and other <= kernel)


@given(st.integers(1, 600), st.integers(1, 600), st.integers(1, 100))
def test_no_rule_makes_more_tokens_than_the_body_takes(length, target, most):
    for rule in ("closest_padded", "smallest_divisor"):
        kernel = kernel_of_sequence(length, target=target, rule=rule, most=most)
        assert 1 <= kernel <= length
        assert math.ceil(length / kernel) <= most


@given(st.integers(1, 90), st.integers(1, 90), st.integers(1, 600))
def test_a_grid_s_kernel_keeps_to_the_limit_and_divides_where_a_divisor_fits(height, width, target):
    kernel = kernel_of_grid((height, width), target=target, rule="smallest_divisor", most=512)
    assert math.ceil(height / kernel) * math.ceil(width / kernel) <= 512
    for smaller in range(1, kernel):
        fits = (height // smaller) * (width // smaller) <= min(target, 512)
        assert not (height % smaller == width % smaller == 0 and fits)


@pytest.mark.parametrize("name", ["minilm", "swin_base"])
def test_a_kernel_longer_than_the_input_says_how_long_it_may_be(name, toy_body):
    with pytest.raises(SettingsError, match="longer than the input, which has 40 points"):
        plan_patches((1, 40), body=toy_body(name), settings=ModelSettings(kernel=41))


def test_more_tokens_than_the_body_takes_are_refused(toy_body):
    body = toy_body("minilm")
    with pytest.raises(SettingsError, match=f"the body takes {body.longest}"):
        plan_patches((1, 400), body=body, settings=ModelSettings(kernel=1))


def test_padding_adds_zeros_at_the_end_and_changes_no_point(toy_body):
    settings = ModelSettings(kernel=7)
    for shape in [(2, 40), (2, 10, 13)]:
        patches = plan_patches(shape, body=toy_body("minilm"), settings=settings)
        inputs = torch.randn(3, *shape)
        padded = patches.prepare(inputs)
        assert all(side % 7 == 0 for side in padded.shape[2:])
        inside = padded[tuple(slice(length) for length in inputs.shape)]
        assert torch.equal(inside, inputs)
        assert torch.isclose(padded.abs().sum(), inputs.abs().sum())


def test_a_folded_sequence_may_not_change_its_length(toy_body):
    patches = plan_patches((1, 40), body=toy_body("swin_base"), settings=ModelSettings())
    with pytest.raises(SettingsError, match="the task declares \\(40,\\)"):
        patches.prepare(torch.randn(2, 1, 41))
