"""Which samples are set aside: drawn by class, or by recording, with a generator of the caller's."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int


def shares(counts: Sequence[int], total: int) -> list[int]:
    """Divide `total` among classes in proportion to their `counts`, by largest remainder.

    Every class keeps at least one sample on the other side as long as it has two.
    """
    exact = np.array(counts, np.float64) * total / sum(counts)
    taken = np.floor(exact).astype(int)
    for _ in range(total - int(taken.sum())):
        room = np.array(counts) - taken > 1
        remainder = np.where(room, exact - taken, -np.inf)
        if not room.any():
            remainder = np.where(taken < np.array(counts), exact - taken, -np.inf)
        taken[int(remainder.argmax())] += 1
    return [int(number) for number in taken]


def draw_stratified(
    labels: Int[np.ndarray, " n"], count: int, generator: np.random.Generator
) -> Int[np.ndarray, " count"]:
    """Return `count` row numbers, ascending, in which classes are as frequent as in `labels`."""
    classes, counts = np.unique(labels, return_counts=True)
    drawn = [
        generator.choice(np.flatnonzero(labels == label), share, replace=False)
        for label, share in zip(classes, shares([int(n) for n in counts], count), strict=True)
    ]
    return np.sort(np.concatenate(drawn)).astype(np.int64)


def draw(
    rows: int,
    count: int,
    generator: np.random.Generator,
    groups: Int[np.ndarray, " n"] | None,
    labels: Int[np.ndarray, " n"] | None = None,
) -> Int[np.ndarray, " drawn"]:
    """Return about `count` of `rows` row numbers, ascending; a group is taken whole or not at all.

    Without groups they are exactly `count`, by class where there are labels; with groups the last
    one taken may reach beyond.
    """
    if groups is None and labels is not None:
        return draw_stratified(labels, count, generator)
    if groups is None:
        return np.sort(generator.choice(rows, count, replace=False)).astype(np.int64)
    names, sizes = np.unique(groups, return_counts=True)
    order = generator.permutation(len(names))
    reach = np.cumsum(sizes[order])
    taken = names[order[: int(np.searchsorted(reach, count)) + 1]] if count else names[:0]
    return np.flatnonzero(np.isin(groups, taken)).astype(np.int64)
