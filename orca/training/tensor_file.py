"""What runs keep as tensors: a model's trained ones by name, and files of tensors with a record.

Nothing is pickled: what was written comes back, or one clear error.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from orca.errors import READER_FAULTS, StateError
from orca.provenance import atomic
from orca.text_files import object_of

DIGEST = "sha256"  # in the record


def write_tensors(
    path: Path, tensors: Mapping[str, Tensor], record: Mapping[str, Any] | None = None
) -> None:
    """Write tensors and a JSON record as one safetensors file, atomically, with their digest in it.

    Raises:
        StateError: if the disk is full or cannot be written; an old file stays as it was.
        ValueError: if the record holds a number that is not finite, which no reader takes.
    """
    content = object_of(json.dumps(record or {}, allow_nan=False))
    held = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    content[DIGEST] = _digest(held, content)
    with atomic(path) as temporary:
        try:
            save_file(held, temporary, metadata={"record": json.dumps(content)})
        except SafetensorError as fault:
            raise OSError(str(fault)) from fault


def read_tensors(path: Path, *, mend: str = "") -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Return the tensors and the record that `write_tensors` wrote.

    Args:
        path: of the file.
        mend: for the error; empty for what makes an output again.

    Raises:
        StateError: if the file is missing, cut short, no safetensors file, or not as it was written.
    """
    try:
        if not path.is_file():
            raise ValueError("there is no such file")
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            record = object_of((file.metadata() or {}).get("record", "{}"))
        if record.pop(DIGEST, None) != _digest(tensors, record):
            raise ValueError("its content is not the one that was written")
    except (*READER_FAULTS, MemoryError, SafetensorError) as fault:
        again = f"remove it, and {path.parent.parent}/seed*.json if it is of a run; run the same command"
        raise StateError(
            where=str(path), what=f"it cannot be read: {fault}", mend=mend or again
        ) from fault
    return tensors, record


def _digest(tensors: Mapping[str, Tensor], record: Mapping[str, Any]) -> str:
    """Return the sha256 of tensors, with their names and shapes, and of their record."""
    found = sha256(json.dumps(record).encode())
    for name in sorted(tensors):
        tensor = tensors[name]
        found.update(json.dumps([name, str(tensor.dtype), list(tensor.shape)]).encode())
        found.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return found.hexdigest()


def read_of_body(path: Path, body: str) -> dict[str, Tensor]:
    """Return the source features that `embed_source` wrote for a body.

    Raises:
        StateError: if the file is missing, damaged, of another body, or holds numbers that are
            not finite.
    """
    tensors, record = read_tensors(path)
    content = record.get("body")
    lacking = {"features", "labels", "numbers"} - set(tensors)
    fault = f"it has no '{sorted(lacking)[0]}'" if lacking else ""
    fault = fault or not_finite(tensors)
    if content != body:
        fault = f"it is of the body {content!r} instead of '{body}'"
    if fault:
        mend = f"remove it and make it again: snakemake {path}"
        raise StateError(where=str(path), what=fault, mend=mend)
    return tensors


def not_finite(tensors: Mapping[str, Tensor]) -> str:
    """Return what is wrong with tensors whose numbers are not all finite; else nothing."""
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not tensor.isfinite().all():
            return f"'{name}' holds numbers that are not finite"
    return ""


def under(tensors: dict[str, Tensor], group: str) -> dict[str, Tensor]:
    """Return the tensors named `group.<name>`, by `<name>`."""
    return {
        name.removeprefix(f"{group}."): tensor
        for name, tensor in tensors.items()
        if name.startswith(f"{group}.")
    }


def trained_tensors(model: nn.Module) -> dict[str, Tensor]:
    """Return the weights that training changes, and the buffers that a module stores, by name."""
    tensors: dict[str, Tensor] = {n: p for n, p in model.named_parameters() if p.requires_grad}
    stored = model.state_dict()
    return tensors | {n: buffer for n, buffer in model.named_buffers() if n in stored}


def load_trained(model: nn.Module, tensors: dict[str, Tensor], *, where: str) -> None:
    """Set the weights that `trained_tensors` gave of a model with the same ones marked as trained.

    Raises:
        StateError: if they are of another model.
    """
    own = model.state_dict()
    odd = set(trained_tensors(model)) - set(tensors) | set(tensors) - set(own)
    odd |= {name for name in set(tensors) & set(own) if _kind(tensors[name]) != _kind(own[name])}
    if odd:
        raise StateError(
            where=f"{where}, weight '{sorted(odd)[0]}'",
            what="the stored weights are of another model",
            mend="remove the file and make it again",
        )
    model.load_state_dict(tensors, strict=False)


def _kind(tensor: Tensor) -> tuple[object, ...]:
    return tensor.shape, tensor.dtype
