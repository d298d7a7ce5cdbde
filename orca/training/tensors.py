"""The tensors of a model that training changes: how they are named, stored and put back."""

from torch import Tensor, nn

from orca.errors import StateError


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
    """Set the weights that `trained_tensors` gave.

    Args:
        model: with the same weights marked as trained.
        tensors: by name.
        where: their file, for the error.

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
