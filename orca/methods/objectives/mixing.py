"""Source patches take the place of target patches: how many, which, and where.

Source: Cai et al. 2024 (PaRe, arXiv:2406.09003), Figure 2, and its code.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Literal

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from orca.methods.objectives.subset import sample_subset

Replaced = Literal["lowest", "highest"]
Patches = Float[Tensor, "batch patches width"]
SourcePatches = Float[Tensor, "batch source_patches width"]
Scores = tuple[Float[Tensor, "batch patches"], Float[Tensor, "batch source_patches"]]
Chosen = Float[Tensor, "batch count width"]


@dataclass(frozen=True, kw_only=True)
class Curriculum:
    """How many patches are replaced: many at first, fewer from epoch to epoch.

    Args:
        first: in the first epoch, over the patches of a sample.
        lost: how much of it is given up over all epochs.
        of: whose patches the shares are of.
    """

    first: Fraction
    lost: Fraction
    of: Literal["target", "source"]

    def count(self, epoch: int, epochs: int, *, target: int, source: int) -> int:
        """Return the number of replaced patches in an epoch, from 0, of a run.

        `target` and `source` are the patches that a sample of each has.
        """
        patches = target if self.of == "target" else source
        wanted = int(patches * (self.first - self.lost * Fraction(epoch, epochs)))
        return max(0, min(wanted, target, source))


def _ascending(mask: Bool[Tensor, "batch patches"], count: int) -> Int[Tensor, "batch count"]:
    """Return the places of the `count` ones of each row, in order."""
    places = torch.arange(mask.shape[1], device=mask.device)
    return torch.where(mask, places, mask.shape[1]).sort(dim=1).values[:, :count]


def _rows(patches: Patches, places: Int[Tensor, "batch count"]) -> Chosen:
    return patches.gather(1, places.unsqueeze(2).expand(-1, -1, patches.shape[2]))


def _put(target: Patches, places: Int[Tensor, "batch count"], rows: Chosen) -> Patches:
    """Return the target with rows written over some places; the target stays as it was."""
    return target.scatter(1, places.unsqueeze(2).expand_as(rows), rows.to(target.dtype))


def mix_sampled(
    target: Patches,
    source: SourcePatches,
    scores: Scores,
    count: int,
    *,
    temperature: float,
    generator: torch.Generator,
) -> Patches:
    """Return the target's patches, `count` of each sample replaced by sampled source patches.

    High scores make it likely that a source patch is taken and that a target patch is kept. Both
    stand in their order. The scores get a gradient through both choices.

    Args:
        target: patches of the target samples.
        source: patches of as many source samples.
        scores: of target and source patches, between 0 and 1.
        count: of replaced patches; more than 0, at most all.
        temperature: of the sampling.
        generator: of the draws, on the same device.
    """
    of_target, of_source = scores
    sample = partial(sample_subset, temperature=temperature, generator=generator)
    taken = sample(of_source, count)
    patches = target.shape[1]
    kept = torch.zeros_like(of_target)
    if count < patches:
        kept = sample(of_target, patches - count)
    places = _ascending(kept.detach() < 0.5, count)
    chosen = _rows(source * taken.unsqueeze(2), _ascending(taken.detach() > 0.5, count))
    return _put(target * kept.unsqueeze(2), places, chosen)


def mix_ranked(
    target: Patches,
    source: SourcePatches,
    scores: Scores,
    count: int,
    *,
    replaced: Replaced,
) -> Patches:
    """Return the target's patches, `count` of each sample replaced by the best source patches.

    The best source patch goes where the lowest of the chosen target scores is. The scores get no
    gradient.

    The target patches that go are the `lowest` scored (the paper's figure), or the `highest` (its
    code, against its figure); other arguments as of `mix_sampled`.
    """
    of_target, of_source = (score.detach() for score in scores)
    order = of_target.argsort(dim=1)
    places = order[:, :count] if replaced == "lowest" else order[:, order.shape[1] - count :]
    best = of_source.topk(count, dim=1).indices
    return _put(target, places, _rows(source, best))
