"""A file of a transformer's weights, under the names that Hugging Face's library gives them."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from torch import nn

from orca.errors import WeightsError

WEIGHT_FILE = "model.safetensors"
BLOCK = re.compile(r"layers?\.\d+\.")
OLD_NAMES = {"gamma": "weight", "beta": "bias"}  # of a norm, in files from TensorFlow's time


@contextmanager
def readable(file: Path) -> Iterator[None]:
    """Read a file in this block.

    Raises:
        WeightsError: if it is missing or none of safetensors.
    """
    from safetensors import SafetensorError

    try:
        yield
    except (OSError, SafetensorError) as fault:
        raise WeightsError(
            where=str(file),
            what=f"it cannot be read as safetensors: {fault}",
            mend=f"remove {file.parent} and fetch the weights again",
        ) from fault


def check_fit(file: Path, *, missing: Iterable[str], left_over: Iterable[str]) -> None:
    """Refuse a file that does not fit; heads that a body has no use for may be left over.

    Args:
        file: that was read.
        missing: names of weights that it lacks, or has in another size.
        left_over: names of weights that nothing took.

    Raises:
        WeightsError: if a weight is missing, or one of a block is left over.
    """
    deeper = {name for name in left_over if BLOCK.search(name)}
    if faults := sorted(deeper.union(missing)):
        raise WeightsError(
            where=str(file),
            what=f"its weights do not fit this body; missing, left over or of another size are"
            f" {len(faults)}, the first {', '.join(faults[:5])}",
            mend="name the folder of this very body; its files are declared in"
            " orca/models/bodies/<body>.py",
        )


def read_into(model: nn.Module, folder: Path, *, prefix: str) -> None:
    """Fill a model with the weights of a folder's file.

    Args:
        model: on the CPU.
        folder: of the file.
        prefix: of the names in files of a model with a head.

    Raises:
        WeightsError: if the file is none, lacks a weight, or holds one of another size or block.
    """
    from safetensors.torch import load_file

    file, own = folder / WEIGHT_FILE, model.state_dict()
    with readable(file):
        found = {_own_name(name, prefix): value for name, value in load_file(file).items()}
    fitting = {name for name in own if name in found and found[name].shape == own[name].shape}
    check_fit(file, missing=own.keys() - fitting, left_over=found.keys() - own.keys())
    model.load_state_dict({name: found[name] for name in own})


def _own_name(name: str, prefix: str) -> str:
    *path, last = name.removeprefix(prefix).split(".")
    return ".".join([*path, OLD_NAMES.get(last, last)])
