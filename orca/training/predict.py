"""A finished run's predictions for a test split."""

from pathlib import Path

import numpy as np

from orca.provenance import atomic
from orca.training.finished_run import FinishedRun
from orca.training.validate import predict


def predict_test(run: FinishedRun, *, test: Path, output: Path) -> None:
    """Write a run's `predicted` for a test split, and its `target`, as an npz file.

    Args:
        run: the finished run.
        test: the test split of its task, or of one that it can be tested on too.
        output: the file; values are in the task's own units.
    """
    opened, _ = run.open_test(test)
    with opened as prepared:
        rows = prepared.rows("test")
        predicted = predict(
            run.model(), prepared, rows, batch_size=run.batch_size, device=run.device
        )
        target = prepared.targets(rows)
    with atomic(output) as temporary, temporary.open("wb") as file:
        np.savez(file, target=target, predicted=predicted)
