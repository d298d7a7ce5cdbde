"""A random subset of given size, drawn by score, that lets gradients through to the scores."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn import functional

EXACT_STEPS = 32  # taken one by one, before the closed form goes on
BISECTIONS = 60


def gumbel(scores: Float[Tensor, "batch patches"], generator: torch.Generator) -> Tensor:
    """Return standard Gumbel noise of the scores' shape, drawn on their device."""
    uniform = torch.rand(
        scores.shape, generator=generator, dtype=torch.float64, device=scores.device
    )
    return -(-uniform.clamp_min(1e-300).log()).log().to(scores)


def _log_ratio(
    logits: Float[Tensor, "batch patches"], total: float, temperature: float
) -> Float[Tensor, "batch 1"]:
    """Return x with sum over patches of temperature * softplus(logits + x) = total.

    Found by bisection; a last step of Newton's method carries the gradient.
    """
    with torch.no_grad():
        low = -logits.amax(dim=1, keepdim=True) - 60.0
        high = -logits.amin(dim=1, keepdim=True) + total / (temperature * logits.shape[1]) + 1.0
        for _ in range(BISECTIONS):
            middle = (low + high) / 2
            found = temperature * functional.softplus(logits + middle).sum(dim=1, keepdim=True)
            low = torch.where(found < total, middle, low)
            high = torch.where(found < total, high, middle)
        root = (low + high) / 2
    found = temperature * functional.softplus(logits + root).sum(dim=1, keepdim=True)
    slope = temperature * torch.sigmoid(logits + root).sum(dim=1, keepdim=True).detach()
    return root - (found - total) / slope


def expected_counts(
    perturbed: Float[Tensor, "batch patches"],
    count: int,
    *,
    temperature: float,
) -> Float[Tensor, "batch patches"]:
    """Return how often each patch is drawn, softly, in `count` draws that discourage repetition.

    Each draw adds p = softmax(s / temperature) and moves s by log(1 - p). Small p change s by
    -p dt, an equation with a closed solution: what `count` draws add is
    temperature * log(1 + c exp(s / temperature)), with c such that the sum is `count`. The first
    draws, where p may be large, are made one by one, all others at once by that formula.

    Args:
        perturbed: scores with noise added.
        count: draws.
        temperature: of the softmax.

    Source: Xie and Ermon 2019 (arXiv:1901.10517); the closed form is ours.
    """
    counts = torch.zeros_like(perturbed)
    smallest = torch.finfo(torch.float32).tiny
    for _ in range(min(count, EXACT_STEPS)):
        drawn = torch.softmax(perturbed / temperature, dim=1)
        counts = counts + drawn
        perturbed = perturbed + (1 - drawn).clamp_min(smallest).log()
    left = count - EXACT_STEPS
    if left <= 0:
        return counts
    logits = perturbed / temperature
    ratio = _log_ratio(logits, float(left), temperature)
    return counts + temperature * functional.softplus(logits + ratio)


def largest(values: Float[Tensor, "batch patches"], count: int) -> Bool[Tensor, "batch patches"]:
    """Return which `count` values of each row are the largest."""
    chosen = values.topk(count, dim=1).indices
    return torch.zeros_like(values, dtype=torch.bool).scatter(1, chosen, value=True)


def sample_subset(
    scores: Float[Tensor, "batch patches"],
    count: int,
    *,
    temperature: float,
    generator: torch.Generator,
) -> Float[Tensor, "batch patches"]:
    """Return a mask of `count` ones per row, drawn without replacement by score.

    The ones are where score plus Gumbel noise is largest, so their law is that of the plain
    algorithm. Backwards, the mask's gradient is that of `expected_counts` (straight through).

    The temperature has no effect on the mask itself.
    """
    perturbed = scores + gumbel(scores, generator)
    counts = expected_counts(perturbed, count, temperature=temperature)
    hard = largest(perturbed.detach(), count).to(scores)
    return hard - counts.detach() + counts
