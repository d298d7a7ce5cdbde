"""A finished run as a model: its predictions for a test split, or for new inputs."""

from pathlib import Path

import numpy as np
from jaxtyping import Float

from orca.data.store import Prepared, prepared_for
from orca.data.task import TASKS
from orca.errors import DataError
from orca.methods.method import METHODS
from orca.models.assemble import Model
from orca.provenance import atomic
from orca.training.cell import Cell
from orca.training.record import read_run
from orca.training.tensors import take_weights
from orca.training.validate import predict


def trained_model(cell: Cell, run: Path) -> Model:
    """Return the model that a finished run ended with.

    Args:
        cell: task, body and settings of the run.
        run: its folder.

    Raises:
        StateError: if its record or its weights are missing or of another model.
    """
    record = read_run(run / "run.json")
    method = METHODS[record["method"]]
    model = cell.fixed_by(method).model(method, record["seed"])
    take_weights(model, run / "weights.safetensors")
    return model


def open_test(path: Path, cell: Cell) -> tuple[Prepared, str]:
    """Return a test split, and what its metrics end in: nothing for the cell's own task.

    Raises:
        DataError: if it is of a task that the cell's is not tested on.
    """
    name = prepared_for(path)
    endings = {task: ending for ending, task in cell.task.also_tested_on}
    if name in endings:
        return Prepared(path, TASKS.look_up(name, where=str(path))), f"_{endings[name]}"
    if name == cell.task_name:
        return Prepared(path, cell.task), ""
    raise DataError(
        where=str(path),
        what=f"it is of the task '{name}', which runs on '{cell.task_name}' are not tested on",
        mend="give the test.h5 of " + " or ".join([cell.task_name, *endings]),
    )


def predict_test(cell: Cell, *, run: Path, test: Path, output: Path) -> None:
    """Write a finished run's `predicted` for a test split, and its `target`, as an npz file.

    Args:
        cell: task, body and settings of the run.
        run: its folder.
        test: the test split of its task, or of one that it can be tested on too.
        output: the file; values are in the task's own units.
    """
    opened, _ = open_test(test, cell)
    with opened as prepared:
        rows = prepared.rows("test")
        predicted = predict(
            trained_model(cell, run),
            prepared,
            rows,
            batch_size=cell.settings.batch_size,
            device=cell.device,
        )
        target = prepared.targets(rows)
    with atomic(output) as temporary, temporary.open("wb") as file:
        np.savez(file, target=target, predicted=predicted)


def predict_new(
    cell: Cell, run: Path, inputs: Float[np.ndarray, "n *input"]
) -> Float[np.ndarray, "n *output"]:
    """Return a finished run's predictions for inputs in the task's own units.

    Args:
        cell: task, body and settings of the run.
        run: its folder.
        inputs: as the task's `read` gives them, not normalised.
    """
    import torch

    model = trained_model(cell, run)
    model.eval()
    with Prepared(cell.prepared, cell.task) as prepared, torch.inference_mode():
        encoded = prepared.input_constants.encode(inputs)
        parts = [
            prepared.decode_targets(
                model(torch.from_numpy(encoded[start : start + 64]).to(cell.device))
                .float().cpu().numpy()
            )
            for start in range(0, len(encoded), 64)
        ]  # fmt: skip
    return np.concatenate(parts)


def predict_file(cell: Cell, *, run: Path, inputs: Path, output: Path) -> None:
    """Write a finished run's `predictions` for the array `inputs` of an npz file.

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
    with Prepared(cell.prepared, cell.task) as prepared:
        wanted = prepared.input_shape
    if new.shape[1:] != wanted:
        raise DataError(
            where=f"{inputs}, inputs",
            what=f"samples of shape {new.shape[1:]} instead of {wanted}",
            mend="give the inputs as the task's `read` gives them, not normalised",
        )
    with atomic(output) as temporary, temporary.open("wb") as file:
        np.savez(file, predictions=predict_new(cell, run, new))
