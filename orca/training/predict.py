"""A finished run's predictions: for a test split, or for new inputs."""

from pathlib import Path

import numpy as np
from jaxtyping import Float

from orca.data.store import Prepared
from orca.errors import DataError
from orca.evaluation.predictions import write_predictions
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
    write_predictions(output, predicted, target)


def predict_new(
    run: FinishedRun, inputs: Float[np.ndarray, "n *input"]
) -> Float[np.ndarray, "n *output"]:
    """Return a run's predictions for inputs in the task's own units.

    Args:
        run: the finished run.
        inputs: as the task's `read` gives them, not normalised.
    """
    import torch

    model = run.model()
    model.eval()
    with Prepared(run.setup.prepared, run.task) as prepared, torch.inference_mode():
        encoded = prepared.input_constants.encode(inputs)
        parts = [
            prepared.decode_targets(
                model(torch.from_numpy(encoded[start : start + 64]).to(run.device))
                .float().cpu().numpy()
            )
            for start in range(0, len(encoded), 64)
        ]  # fmt: skip
    return np.concatenate(parts)


def predict_file(run: FinishedRun, *, inputs: Path, output: Path) -> None:
    """Write a run's `predictions` for the array `inputs` of an npz file.

    Raises:
        DataError: if the file has no such array, or its samples are of another shape.
    """
    with np.load(inputs, allow_pickle=False) as arrays:
        if "inputs" not in arrays:
            raise DataError(
                where=str(inputs),
                what=f"it holds no array 'inputs', but {', '.join(arrays) or 'nothing'}",
                mend="save it with numpy.savez(path, inputs=...)",
            )
        new = arrays["inputs"].astype(np.float32)
    with Prepared(run.setup.prepared, run.task) as prepared:
        wanted = prepared.input_shape
    if new.shape[1:] != wanted:
        raise DataError(
            where=f"{inputs}, inputs",
            what=f"samples of shape {new.shape[1:]} instead of {wanted}",
            mend="give the inputs as the task's `read` gives them, not normalised",
        )
    with atomic(output) as temporary, temporary.open("wb") as file:
        np.savez(file, predictions=predict_new(run, new))
