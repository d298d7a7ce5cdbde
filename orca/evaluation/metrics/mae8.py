"""Error of maps of distances between the residues of proteins.

Source: Adhikari 2020 (PDNET); NAS-Bench-360 (arXiv:2110.05668).
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Num

from orca.errors import DataError
from orca.evaluation.metric import Metric

SEPARATION = 24  # residues between the two of a pair, at least
Map = Float[np.ndarray, "rows columns"]
CONTACT = 8.0  # angstrom, true distance of a pair at most
SMALLEST = 0.01  # angstrom, of a predicted distance


def _mae8(
    predicted: Float[np.ndarray, "n 1 rows columns"],
    target: Num[np.ndarray, "n 2 rows columns"],
    *,
    symmetrised: Callable[[Map], Map],
) -> float:
    """Mean over proteins of the mean absolute error over near pairs far apart in sequence.

    Args:
        predicted: distances in angstrom.
        target: distances, and 1 where a point lies outside of the protein.
        symmetrised: makes both triangles of a predicted map equal, and no distance too small.
    """
    errors = []
    for guess, (truth, outside) in zip(predicted[:, 0], target, strict=True):
        upper = np.triu(np.ones_like(truth, dtype=bool), k=SEPARATION)
        pairs = upper & (truth <= CONTACT) & (outside < 0.5)
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
    """MAE8 with the map's lower triangle counted three times against the upper one.

    Source: NAS-Bench-360's and the official code, which put the average of both triangles, floored,
    in the upper one's place, and then average the two again.
    Differs from the official code: that crops every protein to the length of the first one.
    """
    return _mae8(predicted, target, symmetrised=_twice)


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
