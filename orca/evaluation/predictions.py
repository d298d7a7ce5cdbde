"""Predictions of a run for a test split, beside what was to be predicted, as an npz file."""

from pathlib import Path

import numpy as np
from jaxtyping import Float, Shaped

from orca.errors import READER_FAULTS, ResultsError
from orca.provenance import atomic

PREDICTIONS = "predictions.npz"  # beside the score of a run whose task keeps them


def write_predictions(
    path: Path, predicted: Float[np.ndarray, "n *output"], target: Shaped[np.ndarray, "n *target"]
) -> None:
    """Write `predicted` and `target`, both in the task's own units."""
    with atomic(path) as temporary, temporary.open("wb") as file:
        np.savez(file, target=target, predicted=predicted)


def read_predictions(
    path: Path,
) -> tuple[Float[np.ndarray, "n *output"], Shaped[np.ndarray, "n *target"]]:
    """Return `predicted` and `target` of a file.

    Raises:
        ResultsError: if the file is damaged, or no file of predictions.
    """
    try:
        if not path.is_file():
            raise ValueError("it is no file")
        with np.load(path, allow_pickle=False) as file:
            return file["predicted"], file["target"]
    except READER_FAULTS as fault:
        raise ResultsError(
            where=str(path),
            what=f"it holds no predictions: {fault}",
            mend="remove it with the score beside it, and run the same command",
        ) from fault
