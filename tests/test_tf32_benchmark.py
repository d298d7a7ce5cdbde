"""The benchmark's TF32 rounds the factors of products, forward and backward, and nothing else."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from benchmarks.tf32 import rounded, tf32

PRODUCTS = {
    "matmul": (torch.matmul, (4, 2, 5, 7), (4, 2, 7, 3)),
    "linear": (functional.linear, (5, 7), (3, 7), (3,)),
    "conv2d": (functional.conv2d, (2, 3, 6, 6), (4, 3, 2, 2), (4,)),
}


def test_numbers_are_rounded_to_the_nearest_of_ten_bits():
    ties = 1 + torch.arange(8) * 2.0**-11
    given = torch.cat([torch.randn(9999) * 10 ** (5 * torch.randn(9999)), ties, -ties])
    mantissa, exponent = np.frexp(given.double().numpy())
    steps = np.trunc(mantissa * 2**11 + np.copysign(0.5, mantissa))  # ties away from zero
    assert rounded(given).tolist() == np.ldexp(steps, exponent - 11).tolist()
    kept = torch.tensor([-0.0, 2.0**-126, torch.inf, -torch.inf, torch.nan, -torch.nan])
    assert torch.equal(rounded(kept).view(torch.int32), kept.view(torch.int32))


@pytest.mark.parametrize("product", PRODUCTS)
def test_factors_are_rounded_and_what_is_added_is_not(product):
    call, *shapes = PRODUCTS[product]
    given = [torch.randn(shape, requires_grad=True) for shape in shapes]
    with tf32():
        found = call(*given)
        back = torch.randn_like(found)
        found.backward(back)
    exact = [rounded(x.detach()).double().requires_grad_() for x in given[:2]]
    expected = call(*exact, *(x.detach().double() for x in given[2:]))
    expected.backward(rounded(back).double())
    sums = [back.transpose(1, -1).flatten(0, -2).sum(0) for _ in given[2:]]
    wanted = [expected, *(x.grad for x in exact), *sums]
    for one, other in zip([found, *(x.grad for x in given)], wanted, strict=True):
        torch.testing.assert_close(one.double(), other.double(), atol=1e-5, rtol=0)
    with tf32(), torch.inference_mode():
        torch.testing.assert_close(call(*given), found, atol=1e-5, rtol=0)


def test_attention_is_taken_as_its_products():
    query, key, value = torch.randint(-3, 4, (3, 2, 1, 5, 16)) / 2  # sums of any order are equal
    with tf32(), torch.inference_mode():
        found = functional.scaled_dot_product_attention(query, key, value)
        expected = (query / 2 @ (key / 2).mT).softmax(-1) @ value
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=0)
