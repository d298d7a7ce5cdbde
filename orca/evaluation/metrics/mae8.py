"""Error of maps of distances between the residues of proteins.

Source: Adhikari 2020 (PDNET); NAS-Bench-360 (arXiv:2110.05668).
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Bool, Float, Num

from orca.errors import DataError
from orca.evaluation.metric import Metric

SEPARATION = 24  # residues between the two of a pair, at least
Map = Float[np.ndarray, "rows columns"]
CONTACT = 8.0  # angstrom, true distance of a pair at most
SMALLEST = 0.01  # angstrom, of a predicted distance
AROUND = 100.0  # angstrom, stands around a protein where it is to be learnt (`psicov_official`)


def _mae8(
    predicted: Float[np.ndarray, "n 1 rows columns"],
    target: Num[np.ndarray, "n 2 rows columns"],
    *,
    symmetrised: Callable[[Map], Map],
    within: Bool[np.ndarray, "rows columns"] | None = None,
) -> float:
    """Mean over proteins of the mean absolute error over near pairs far apart in sequence.

    Args:
        predicted: distances in angstrom.
        target: distances, and 1 where a point lies outside of the protein.
        symmetrised: makes both triangles of a predicted map equal, and no distance too small.
        within: the points whose pairs are scored; None for all.
    """
    everywhere = np.ones(predicted.shape[2:], dtype=bool) if within is None else within
    candidates = np.triu(everywhere, k=SEPARATION)
    errors = []
    for guess, (truth, outside) in zip(predicted[:, 0], target, strict=True):
        pairs = candidates & (truth <= CONTACT) & (outside < 0.5)
        if pairs.any():
            found = symmetrised(guess.astype(np.float64))
            errors.append(np.abs(found[pairs] - truth[pairs]).mean())
    if not errors:
        raise DataError(
            where="the split that mae8 is computed on",
            what="no protein has a pair of residues to be scored",
            mend=f"use proteins of more than {SEPARATION} residues",
        )
    return float(np.mean(errors))


def mae8(
    predicted: Float[np.ndarray, "n 1 rows columns"], target: Num[np.ndarray, "n 2 rows columns"]
) -> float:
    """Mean absolute error in angstrom over pairs at most 8 angstrom apart; mean over proteins.

    Pairs have 24 residues or more between them; both triangles of the predicted map count alike.
    Proteins without such a pair do not count.

    Raises:
        DataError: if no protein has such a pair.
    """
    return _mae8(predicted, target, symmetrised=_once)


def _once(guess: Map) -> Map:
    return np.maximum((guess + guess.T) / 2, SMALLEST)


def _twice(guess: Map) -> Map:
    upper = np.triu(np.ones_like(guess, dtype=bool))
    once = np.maximum(np.where(upper, (guess + guess.T) / 2, guess), SMALLEST)
    return (once + once.T) / 2


def mae8_official(
    predicted: Float[np.ndarray, "n 1 rows columns"], target: Num[np.ndarray, "n 2 rows columns"]
) -> float:
    """MAE8 of proteins cut to the first one's length, the lower triangle counted three times.

    Source: official code, which puts the average of both triangles of a map, floored, in the upper
    one's place, and then averages the two again, as NAS-Bench-360's does; with its chunks of one
    protein, each is cut to the length of the first.
    Differs from the official code: proteins without a pair do not count; there the first of them
    ends the run.
    """
    first, outside = target[0]
    inside = ((first < AROUND) & (outside < 0.5)).any(axis=1)
    return _mae8(predicted, target, symmetrised=_twice, within=inside[:, None] & inside)


METRICS = {
    "mae8": Metric(
        title="MAE8 (angstrom)", direction="lower", formula=mae8, kinds=("masked_field",)
    ),
    "mae8_official": Metric(
        title="MAE8 (angstrom), official",
        direction="lower",
        formula=mae8_official,
        kinds=("masked_field",),
    ),
}
