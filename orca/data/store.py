"""Prepared data: `fit.h5` and `test.h5`, and the reader that gives normalised samples lazily."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from jaxtyping import Float, Int, Num

from orca.data.normalise import Constants
from orca.data.prepared_file import fault_in, mapped, open_checked, reading_hdf5
from orca.data.sample_set import ArrayName, SampleSet
from orca.data.target import Classes, Target
from orca.data.task import Task

if TYPE_CHECKING:
    import h5py

READ_BYTES = 64 * 2**20
"""Whole splits are read in portions of about this size."""

Split = Literal["train", "validation", "fit", "test"]


@dataclass(frozen=True)
class Prepared(SampleSet):
    """A prepared file, opened at the first use; use it in a `with` statement, or close it.

    `fit.h5` holds `inputs` [n, *input], `targets` [n, *target], the row numbers `train` and
    `validation`, and the constants `normalisation/{inputs,targets}/{mean,std}`; `test.h5` the
    same without row numbers. `groups` [n] is there where samples are pieces of something. Each of
    them lies in one piece, so that it is mapped into memory: any thread reads any row at once.

    Both files store values in the task's own units, the targets of the test split as well as
    those of training. Inputs and targets are normalised while they are read, so that a metric
    can be computed in the task's own units: from what a model gives, decoded by
    `target_constants`, and `targets`.

    A row that is not there, a value that is not finite or no class, or a part that the file does
    not hold, is a `DataError`.
    """

    path: Path
    task: Task

    def __enter__(self) -> "Prepared":
        return self

    def __exit__(self, *fault: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        if "_file" in self.__dict__:
            self._file.close()
        for opened in ("_file", "_mapped", "input_constants", "target_constants"):
            self.__dict__.pop(opened, None)

    @cached_property
    def _file(self) -> "h5py.File":
        return open_checked(self.path, self.task)

    @cached_property
    def _mapped(self) -> dict[str, np.ndarray]:
        parts = [part for part in get_args(ArrayName) if part in self._file]
        return {part: mapped(self.path, self._file[part]) for part in parts}

    @property
    def place(self) -> str:
        """The file, for messages."""
        return str(self.path)

    @property
    def target(self) -> Target:
        """What the task predicts."""
        return self.task.target

    @property
    def count(self) -> int:
        """Samples in the file."""
        return int(self._file["inputs"].shape[0])

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one sample's input, also where the declaration leaves it to the data."""
        return tuple(int(n) for n in self._file["inputs"].shape[1:])

    @cached_property
    def input_constants(self) -> Constants:
        """How inputs are normalised."""
        return self._constants("inputs")

    @cached_property
    def target_constants(self) -> Constants:
        """How targets are normalised."""
        return self._constants("targets")

    def _constants(self, what: str) -> Constants:
        with reading_hdf5(self.path):
            found = (self._file[f"normalisation/{what}/{name}"] for name in ("mean", "std"))
            return Constants(*map(np.asarray, found))

    def rows(self, split: Split) -> Int[np.ndarray, " n"]:
        """Return the row numbers of a part, ascending: `fit` is `train` and `validation`."""
        if split in ("train", "validation") and split in self._file:
            with reading_hdf5(self.path):
                return np.asarray(self._file[split][()], np.int64)
        if (split == "fit") == ("train" in self._file) and split in ("fit", "test"):
            return np.arange(self.count)
        raise fault_in(self.path, f"it does not hold the part '{split}'")

    def read(
        self, rows: Int[np.ndarray, " n"]
    ) -> tuple[Float[np.ndarray, "n *input"], Num[np.ndarray, "n *target"]]:
        """Return some samples, in the order asked for, possibly repeated: inputs and targets.

        Inputs are float32 and normalised; targets int64 for classes, else float32, normalised.
        """
        return self.input_constants.encode(self.stored("inputs", rows)), self._encoded(rows)

    def _encoded(self, rows: Int[np.ndarray, " n"]) -> Num[np.ndarray, "n *target"]:
        """Return targets as `read` gives them."""
        targets = self.targets(rows)
        if isinstance(self.target, Classes):
            return targets
        return self.target_constants.encode(targets)

    def groups(self, rows: Int[np.ndarray, " n"]) -> Int[np.ndarray, " n"] | None:
        """Return the number of the recording that each sample is a piece of, if there are any."""
        return self.stored("groups", rows) if "groups" in self._mapped else None

    def target_blocks(self, rows: Int[np.ndarray, " n"]) -> Iterator[Num[np.ndarray, "n *target"]]:
        """Yield the targets of some samples as `read` gives them, in portions."""
        step = max(1, READ_BYTES // (4 * math.prod(self._mapped["targets"].shape[1:])))
        for start in range(0, len(rows), step):
            yield self._encoded(rows[start : start + step])

    def stored(
        self,
        part: ArrayName,
        rows: Int[np.ndarray, " n"],
        out: Num[np.ndarray, "n *part"] | None = None,
    ) -> Num[np.ndarray, "n *part"]:
        """Return rows of a part as they lie in the file, in the order asked for.

        Without `out`, successive rows are a view of the file, read-only, which takes no memory.
        """
        mapped = self._mapped[part]
        if len(rows) and not 0 <= rows.min() <= rows.max() < len(mapped):
            raise fault_in(self.path, f"it has {len(mapped)} samples; {rows.max()} was asked for")
        if out is None and len(rows) and (np.diff(rows) == 1).all():
            values = mapped[rows[0] : rows[-1] + 1]
        else:
            values = np.take(mapped, rows, axis=0, out=out, mode="clip")
        self._check_values(part, values, rows)
        return values

    def _check_values(
        self, part: ArrayName, values: Num[np.ndarray, "n *part"], rows: Int[np.ndarray, " n"]
    ) -> None:
        classes = self.target.count if isinstance(self.target, Classes) else 0
        if classes and part == "targets" and not ((values >= 0) & (values < classes)).all():
            raise fault_in(self.path, f"a target is none of the {classes} classes")
        if values.dtype.kind != "f" or not len(values):
            return
        step = max(1, READ_BYTES // max(1, values[0].nbytes))
        for start in range(0, len(values), step):
            block = values[start : start + step]
            if not np.isfinite(block).all():
                finite = np.isfinite(block).reshape(len(block), -1).all(axis=1)
                bad = rows[start : start + step][~finite].min()
                raise fault_in(self.path, f"'{part}' of sample {bad} is not finite")
