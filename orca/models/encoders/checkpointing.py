"""Blocks run one after the other, keeping all activations or computing them again."""

from jaxtyping import Float
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint


def run_block(
    block: nn.Module, hidden: Float[Tensor, "batch tokens width"], *extra: object, again: bool
) -> Float[Tensor, "batch out_tokens out_width"]:
    """Return `block(hidden, *extra)`.

    Args:
        block: a layer.
        hidden: its input.
        extra: further arguments, no tensors.
        again: whether activations are computed again in the backward pass, to save memory.
    """
    if again and hidden.requires_grad:
        return checkpoint(block, hidden, *extra, use_reentrant=False)
    return block(hidden, *extra)
