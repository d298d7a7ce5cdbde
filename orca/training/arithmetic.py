"""How a model computes: the precision of its products, and compiled or not."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import torch

from orca.models.assemble import Model
from orca.training.settings import Compile, Precision


@contextmanager
def products(precision: Precision) -> Iterator[None]:
    """Let float32 products on a GPU round their factors to TF32, or not, inside this block."""
    matmul, cudnn = torch.backends.cuda.matmul, torch.backends.cudnn
    before = matmul.allow_tf32, cudnn.allow_tf32
    matmul.allow_tf32 = cudnn.allow_tf32 = precision != "float32"
    try:
        yield
    finally:
        matmul.allow_tf32, cudnn.allow_tf32 = before


def forward_pass(precision: Precision, device: torch.device) -> AbstractContextManager[object]:
    """Return what a forward pass runs in: products of bfloat16 numbers, if these are wanted.

    A weight is cast once inside one block, however often it is used.
    """
    return torch.autocast(device.type, torch.bfloat16, enabled=precision == "bfloat16")


def compile_parts(model: Model, how: Compile) -> None:
    """Compile embedder, body and predictor, each as one graph, in their places; or leave them.

    Names and places of weights stay. A part is compiled at its first call, for the shapes of that.
    What was compiled of another model before is dropped: a process trains one after the other.

    Args:
        model: whose parts they are.
        how: `off` leaves them.
    """
    if how == "off":
        return
    torch.compiler.reset()
    for part in (model.embedder, model.body, model.predictor):
        part.compile(fullgraph=True, dynamic=False, mode=how)


def as_compiled(how: Compile, *, wanted: bool) -> AbstractContextManager[object]:
    """Return a block in which parts run as compiled, or as written: then nothing is compiled anew.

    Args:
        how: as `compile_parts` was told.
        wanted: whether shapes and mode are those that the parts are compiled for.
    """
    as_they_are = wanted or how == "off"  # to ask for a stance loads the compiler
    return nullcontext() if as_they_are else torch.compiler.set_stance("force_eager")
