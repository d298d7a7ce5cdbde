"""A command of `orca` whose products are those of TF32, on a machine without a GPU.

    python benchmarks/tf32.py finetune openml_54 minilm --method orca --seeds 0-2 --device cpu

Factors of matrix products and convolutions, also of the backward pass, are rounded to 10 bits of
mantissa. Sums are float32, and so is all else. Attention is taken as its products.

Source: `cvt.rna.tf32` of NVIDIA's PTX ISA, which rounds to the nearest, ties away from zero.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils._python_dispatch import TorchDispatchMode

from orca.cli import main

ATEN = torch.ops.aten
FACTORS = {  # by their places; what is added is none
    **dict.fromkeys((ATEN.mm.default, ATEN.bmm.default, ATEN.convolution.default), (0, 1)),
    **dict.fromkeys((ATEN.addmm.default, ATEN.baddbmm.default), (1, 2)),
    ATEN.convolution_backward.default: (0, 1, 2),
}


def rounded(x: Tensor) -> Tensor:
    """Return float32 numbers with 10 bits of mantissa, the nearest; other tensors as they are."""
    if x.dtype != torch.float32:
        return x
    bits = x.view(torch.int32) + 0x1000
    return bits.bitwise_and_(~0x1FFF).view(torch.float32)


class _Rounding(TorchDispatchMode):
    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func not in FACTORS:
            with self:  # without gradients one that is made of others comes whole, such as `linear`
                found = func.decompose(*args, **kwargs)
            return func(*args, **kwargs) if found is NotImplemented else found
        given = [rounded(x) if place in FACTORS[func] else x for place, x in enumerate(args)]
        found = func(*given, **kwargs)
        if func is ATEN.convolution_backward.default and args[-1][2]:  # the bias's is a sum alone
            found = (*found[:2], args[0].sum(dim=(0, *range(2, args[0].ndim))))
        return found


@contextmanager
def tf32() -> Iterator[None]:
    """Round the factors of this thread's products inside this block."""
    with sdpa_kernel(SDPBackend.MATH), _Rounding():
        yield


if __name__ == "__main__":
    with tf32():
        main()
