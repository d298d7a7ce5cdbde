"""Which target samples an alignment step looks at: a few of each class, drawn anew."""

from dataclasses import dataclass

import torch
from jaxtyping import Int
from torch import Tensor


@dataclass(frozen=True, eq=False)
class ClassDraw:
    """The samples drawn from one class, in rounds.

    Args:
        label: the class.
        weight: share of all samples that the class has.
        rounds: sample numbers of each round.
    """

    label: int
    weight: float
    rounds: tuple[Int[Tensor, " b"], ...]


def draw_by_class(
    labels: Int[Tensor, " n"], *, size: int, rounds: int, generator: torch.Generator
) -> list[ClassDraw]:
    """Draw samples from each class, the classes in random order.

    The distance is then Σ over classes of weight times the mean over rounds of the distance of
    the round's samples from the source.

    Args:
        labels: the class of each target sample.
        size: samples drawn without replacement in a round; all, from a class that has fewer.
        rounds: independent draws from each class.
        generator: the randomness; on the CPU.

    Source: Shen et al. 2023 (arXiv:2302.05738), Algorithm 1 (size b, rounds R).
    Differs from the official code: there R is 1, b is rounded up past a multiple of the batch
    size, and a class of a single sample is left out.
    """
    labels = labels.cpu()
    classes = torch.unique(labels)
    draws = []
    for label in classes[torch.randperm(len(classes), generator=generator)].tolist():
        members = torch.nonzero(labels == label)[:, 0]
        drawn = tuple(
            members[torch.randperm(len(members), generator=generator)[:size]] for _ in range(rounds)
        )
        draws.append(ClassDraw(label, len(members) / len(labels), drawn))
    return draws
