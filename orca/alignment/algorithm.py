"""Algorithm 1 of ORCA: the target's distance to the source, class by class, from a few samples each.

    d(T, S) = Σ_k p(k) (1/R) Σ_r d(b samples of T drawn from class k in round r, S)

An epoch draws its samples anew and descends this sum. A distance that sees all classes at once
takes a round's samples together: d(T, S) = (1/R) Σ_r d(samples of all classes in round r, S).

This module only draws; `orca.training.align_loop` takes b and R from the settings
`align.samples_per_class` and `align.rounds`, computes the distances, and steps the optimizer.

Source: Shen et al. 2023 (arXiv:2302.05738), section 3.4 and Algorithm 1 (size b, rounds R).
Differs from the official code: there R is 1, b is rounded up to the next multiple of the batch
size, and a class of a single sample is left out (`align.single_samples`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from jaxtyping import Int

from orca.errors import FeatureError


@dataclass(frozen=True, eq=False)
class DistanceCall:
    """One computation of the distance.

    Args:
        samples: places of the target samples in it.
        labels: their classes, from 0; all 0 where the distance sees one class.
        weight: of the result in the sum.
    """

    samples: Int[np.ndarray, " b"]
    labels: Int[np.ndarray, " b"]
    weight: float


def distance_calls(
    labels: Int[np.ndarray, " n"],
    *,
    sees: Literal["one_class", "all_classes"],
    size: int,
    rounds: int,
    generator: torch.Generator,
    single_samples: bool = True,
) -> Iterator[DistanceCall]:
    """Yield the computations whose weighted sum is the distance; the classes in random order.

    Args:
        labels: the class of each target sample.
        sees: what the distance sees in one computation.
        size: b, samples of a class drawn without replacement in a round; all, from a class that has
            fewer.
        rounds: R, independent draws from each class.
        generator: the randomness; on the CPU.
        single_samples: whether a class of one sample takes part; the weights of the others are the
            same without it.

    Raises:
        FeatureError: if no class takes part.
    """
    least = 1 if single_samples else 2
    draws = _draw(labels, least=least, size=size, rounds=rounds, generator=generator)
    if not draws:
        raise FeatureError(
            where="the target's classes",
            what=f"each of the {len(labels)} samples is the only one of its class",
            mend="give classes of several samples, or set `align.single_samples: true`; methods"
            " whose name ends in `_released` fix it to false, so use the method without this ending",
        )
    if sees == "all_classes":
        for number in range(rounds):
            samples = np.concatenate([drawn[number] for _, drawn in draws])
            _, classes = np.unique(labels[samples], return_inverse=True)
            yield DistanceCall(samples, classes.astype(np.int64), 1 / rounds)
        return
    for share, drawn in draws:
        for samples in drawn:
            yield DistanceCall(samples, np.zeros(len(samples), int), share / rounds)


def _draw(
    labels: Int[np.ndarray, " n"],
    *,
    least: int,
    size: int,
    rounds: int,
    generator: torch.Generator,
) -> list[tuple[float, list[Int[np.ndarray, " b"]]]]:
    """Return a class's share p(k) of all samples and those drawn in each round, if it has `least`."""
    of_class = torch.from_numpy(labels)
    classes, sizes = torch.unique(of_class, return_counts=True)
    classes = classes[sizes >= least]
    draws = []
    for label in classes[torch.randperm(len(classes), generator=generator)].tolist():
        members = torch.nonzero(of_class == label)[:, 0]
        drawn = [
            members[torch.randperm(len(members), generator=generator)[:size]].numpy()
            for _ in range(rounds)
        ]
        draws.append((len(members) / len(labels), drawn))
    return draws
