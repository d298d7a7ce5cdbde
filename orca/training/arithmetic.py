"""How precisely a model computes."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import torch

from orca.training.settings import Precision


@contextmanager
def products(precision: Precision) -> Iterator[None]:
    """Let float32 products on a GPU round their factors to TF32, or not, inside this block.

    Convolutions are those that give the same bits each time.
    """
    matmul, cudnn = torch.backends.cuda.matmul, torch.backends.cudnn
    before = matmul.allow_tf32, cudnn.allow_tf32, cudnn.deterministic
    matmul.allow_tf32 = cudnn.allow_tf32 = precision != "float32"
    cudnn.deterministic = True
    try:
        yield
    finally:
        matmul.allow_tf32, cudnn.allow_tf32, cudnn.deterministic = before


def forward_pass(precision: Precision, device: torch.device) -> AbstractContextManager[object]:
    """Return the context of a forward pass: with products of bfloat16 numbers, if wanted.

    A weight is cast once inside one block, however often it is used.
    """
    return torch.autocast(device.type, torch.bfloat16, enabled=precision == "bfloat16")
