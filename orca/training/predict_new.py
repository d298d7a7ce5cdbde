"""A finished run's predictions for new samples, which no prepared data are needed for."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from orca.data.own.new_rows import NewRows, read_new
from orca.data.target import Classes, Field, MultiLabel
from orca.errors import SettingsError
from orca.provenance import atomic
from orca.text_files import csv_cell
from orca.training.arithmetic import forward_pass, products
from orca.training.finished_run import FinishedRun

if TYPE_CHECKING:
    import pandas

TABLES, ARRAYS = (".csv", ".parquet"), ".npz"


@dataclass(frozen=True)
class Predictions:
    """What a model gives for new samples.

    Args:
        run: that the model is of.
        outputs: logits of classes or labels; else numbers or fields in the task's own units.
        new: the samples.
    """

    run: FinishedRun
    outputs: Float[np.ndarray, "n *output"]
    new: NewRows

    @property
    def names(self) -> tuple[str, ...]:
        """Of the classes or labels: the schema's, or their numbers."""
        target = self.run.task.target
        if not isinstance(target, Classes | MultiLabel):
            return ()
        return self.run.schema.classes or tuple(str(number) for number in range(target.count))

    @property
    def probabilities(self) -> Float[np.ndarray, "n outputs"]:
        """Of each class, which sum to 1, or of each label on its own."""
        if isinstance(self.run.task.target, MultiLabel):
            return 1 / (1 + np.exp(-self.outputs.astype(np.float64)))
        from scipy.special import softmax

        return softmax(self.outputs.astype(np.float64), axis=1)

    def arrays(self) -> dict[str, Any]:
        """Return arrays by name: `prediction`, and for classes and labels their probabilities."""
        found: dict[str, Any] = {"row": self.new.rows, **self.new.others}
        match self.run.task.target:
            case Classes():
                chosen = np.array(self.names)[self.outputs.argmax(axis=1)]
                extra = {"probability": self.probabilities, "classes": np.array(self.names)}
                return found | {"prediction": chosen} | extra
            case MultiLabel():
                chosen = (self.outputs > 0).astype(np.uint8)
                extra = {"probability": self.probabilities, "labels": np.array(self.names)}
                return found | {"prediction": chosen} | extra
        return found | {"prediction": self.outputs}

    def frame(self) -> "pandas.DataFrame":
        """Return a table: row, the file's other columns, the prediction and its probabilities.

        Raises:
            SettingsError: if fields are predicted, which are no columns.
        """
        import pandas as pd

        target, schema = self.run.task.target, self.run.schema
        if isinstance(target, Field) and target.grid != (1,):
            raise SettingsError(
                where="--output",
                what="fields are predicted, and a table has no place for them",
                mend="name a file that ends in .npz",
            )
        frame = pd.DataFrame({"row": self.new.rows, **self.new.others})
        by_name = self.arrays()
        predicted = by_name["prediction"].reshape(len(frame), -1)
        unit = f" ({schema.unit})" if schema.unit else ""
        several = self.names if isinstance(target, MultiLabel) else schema.targets
        names = several if predicted.shape[1] > 1 else ("",)
        for number, name in enumerate(names):
            frame[f"prediction {name}".strip() + unit] = predicted[:, number]
        for number, name in enumerate(self.names):
            frame[f"probability {name}"] = by_name["probability"][:, number]
        return frame


def predict_file(run: FinishedRun, *, inputs: Path, output: Path) -> None:
    """Write a run's predictions for the samples of a file, read as those it was trained on.

    Args:
        run: the finished run.
        inputs: a file of the kind that it was trained on; a target in it is ignored.
        output: csv, parquet or npz, by its suffix.

    Raises:
        SettingsError: if the output is of another kind.
        DataError: if a column, a category or a value cannot be taken as the fit file taught.
    """
    form = output.suffix.lower()
    if form not in (*TABLES, ARRAYS):
        raise SettingsError(
            where=f"--output {output}",
            what=f"nothing is written with the suffix '{form}'",
            mend=f"name a file that ends in {', '.join(TABLES)} or {ARRAYS}",
        )
    new = read_new(inputs, run.schema, run.record["task_entry"])
    found = Predictions(run, _outputs(run, new), new)
    content = found.arrays() if form == ARRAYS else found.frame()
    with atomic(output) as temporary:
        _write(content, temporary, form)


def _write(content: Any, path: Path, form: str) -> None:
    if form == ARRAYS:
        with path.open("wb") as file:
            arrays: dict[str, Any] = {name: _plain(values) for name, values in content.items()}
            np.savez(file, **arrays)
    elif form == ".csv":
        content.map(csv_cell).rename(columns=csv_cell).to_csv(path, index=False)
    else:
        content.to_parquet(path)


def _plain(values: np.ndarray) -> np.ndarray:
    """Return an array without Python objects, which npz files would hold as pickles."""
    return values.astype(str) if values.dtype.kind == "O" else values


def _outputs(run: FinishedRun, new: NewRows) -> Float[np.ndarray, "n *output"]:
    import torch

    model = run.model()
    model.eval()
    given, wanted = run.schema.constants_of("inputs"), run.schema.constants_of("targets")
    size, precision = run.settings.batch_size, run.settings.precision

    def portions() -> Iterator[Float[np.ndarray, "b *output"]]:
        for start in range(0, len(new.rows), size):
            encoded = given.encode(new.take(np.arange(start, min(len(new.rows), start + size))))
            output = model(torch.from_numpy(encoded).to(run.device))
            yield wanted.decode_predicted(output.float().cpu().numpy())

    forward = forward_pass(precision, run.device)
    with torch.inference_mode(), products(precision), forward:
        return np.concatenate(list(portions()))
