"""Prepared data: `fit.h5` and `test.h5`, and the reader that gives normalised samples lazily."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from jaxtyping import Float, Int, Num

from orca.data.hdf5_checks import check_rows, own_array
from orca.data.normalise import Constants
from orca.data.task import AS_READ, Classes, Task
from orca.errors import DataError

if TYPE_CHECKING:
    import h5py

FORMAT = 1
READ_BYTES = 64 * 2**20
"""Whole splits are read in portions of about this size."""

CACHE_BYTES = 32 * 2**20
"""Chunks kept in memory while rows are read in random order."""

Split = Literal["train", "validation", "fit", "test"]


@dataclass(frozen=True)
class Prepared:
    """A prepared file, opened at the first use; use it in a `with` statement, or close it.

    `fit.h5` holds `inputs` [n, *input], `targets` [n, *target], the row numbers `train` and
    `validation`, and the constants `normalisation/{inputs,targets}/{mean,std}`; `test.h5` the
    same without row numbers. `groups` [n] is there where samples are pieces of something.

    Both files store values in the task's own units, the targets of the test split as well as
    those of training. Inputs and targets are normalised while they are read, so that a metric
    can be computed in the task's own units: from `decode_targets` of what a model gives, and
    `targets`.

    Args:
        path: `fit.h5` or `test.h5`.
        task: what it should hold.
    """

    path: Path
    task: Task

    def __enter__(self) -> "Prepared":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        if "_file" in self.__dict__:
            self._file.close()
        for opened in ("_file", "input_constants", "target_constants"):
            self.__dict__.pop(opened, None)

    @cached_property
    def _file(self) -> "h5py.File":
        return _open_checked(self.path, self.task)

    @property
    def count(self) -> int:
        """Samples in the file."""
        return int(self._file["inputs"].shape[0])

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one sample's input, also where the declaration leaves it to the data."""
        return tuple(int(n) for n in self._file["inputs"].shape[1:])

    @property
    def input_type(self) -> np.dtype[Any]:
        """Type of the stored inputs: uint8 for pictures and one-hot codes, else a float."""
        return np.dtype(self._file["inputs"].dtype)

    @cached_property
    def input_constants(self) -> Constants:
        """How inputs are normalised."""
        return self._constants("inputs")

    @cached_property
    def target_constants(self) -> Constants:
        """How targets are normalised."""
        return self._constants("targets")

    def _constants(self, what: str) -> Constants:
        group = f"normalisation/{what}"
        with _damaged(self.path):
            mean, std = (np.asarray(self._file[f"{group}/{name}"]) for name in ("mean", "std"))
        return Constants(mean, std)

    def rows(self, split: Split) -> Int[np.ndarray, " n"]:
        """Return the row numbers of a part, ascending.

        Args:
            split: `train`, `validation`, or `fit` for both, in `fit.h5`; `test` in `test.h5`.

        Raises:
            DataError: if this file does not hold that part.
        """
        if split in ("train", "validation") and split in self._file:
            with _damaged(self.path):
                return np.asarray(self._file[split][()], np.int64)
        if (split == "fit") == ("train" in self._file) and split in ("fit", "test"):
            return np.arange(self.count)
        raise _fault(self.path, f"it does not hold the part '{split}'")

    def read(
        self, rows: Int[np.ndarray, " n"]
    ) -> tuple[Float[np.ndarray, "n *input"], Num[np.ndarray, "n *target"]]:
        """Return some samples, in the order asked for: normalised inputs and targets.

        Args:
            rows: row numbers, in any order, possibly repeated.

        Returns:
            Inputs as float32. Targets as int64 for classes, else float32, normalised.

        Raises:
            DataError: if a value is not finite.
        """
        inputs = self.input_constants.encode(self._take("inputs", rows))
        targets = self.targets(rows)
        if not isinstance(self.task.target, Classes):
            targets = self.target_constants.encode(targets)
        return inputs, targets

    def targets(self, rows: Int[np.ndarray, " n"]) -> Num[np.ndarray, "n *target"]:
        """Return targets in the task's own units: int64 for classes, else float32."""
        kind = np.int64 if isinstance(self.task.target, Classes) else np.float32
        return self._take("targets", rows).astype(kind)

    def groups(self, rows: Int[np.ndarray, " n"]) -> Int[np.ndarray, " n"] | None:
        """Return the number of the recording that each sample is a piece of, if there are any."""
        return self._take("groups", rows) if "groups" in self._file else None

    def decode_targets(
        self, predicted: Num[np.ndarray, "n *output"]
    ) -> Float[np.ndarray, "n *output"]:
        """Return a model's predictions in the task's own units; logits stay as they are."""
        return self.target_constants.decode_predicted(predicted)

    def blocks(
        self, rows: Int[np.ndarray, " n"]
    ) -> Iterator[tuple[Float[np.ndarray, "n *input"], Num[np.ndarray, "n *target"]]]:
        """Yield some samples as `read` does, in portions that fit into memory."""
        size = 4 * int(np.prod(self.input_shape) + np.prod(self.task.target.shape))
        step = max(1, READ_BYTES // size)
        for start in range(0, len(rows), step):
            yield self.read(rows[start : start + step])

    def whole(
        self, split: Split
    ) -> tuple[Float[np.ndarray, "n *input"], Num[np.ndarray, "n *target"]]:
        """Return a whole part as `read` does; for parts that fit into memory."""
        return self.read(self.rows(split))

    def _take(self, what: str, rows: Int[np.ndarray, " n"]) -> Any:
        """Return rows of a dataset, in the order asked for, checked to be finite."""
        dataset = self._file[what]
        if len(rows) and not 0 <= rows.min() <= rows.max() < len(dataset):
            raise _fault(self.path, f"it has {len(dataset)} samples; {rows.max()} was asked for")
        wanted, place = np.unique(rows, return_inverse=True)
        consecutive = len(wanted) and wanted[-1] - wanted[0] + 1 == len(wanted)
        with _damaged(self.path):
            values = dataset[wanted[0] : wanted[-1] + 1] if consecutive else dataset[wanted]
        classes = self.task.target.count if isinstance(self.task.target, Classes) else 0
        if classes and what == "targets" and not ((values >= 0) & (values < classes)).all():
            raise _fault(self.path, f"a target is none of the {classes} classes")
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            bad = wanted[~np.isfinite(values).reshape(len(values), -1).all(axis=1)]
            raise _fault(self.path, f"'{what}' of sample {bad[0]} is not finite")
        in_order = len(place) == len(wanted) and bool((np.diff(place) > 0).all())
        return values if in_order else values[place]


def prepared_for(path: Path) -> str:
    """Return the name of the task that a prepared file is of.

    Raises:
        DataError: if it is missing or no HDF5 file.
    """
    import h5py

    with _damaged(path), h5py.File(path, "r") as file:
        return str(file.attrs.get("task", ""))


@contextmanager
def _damaged(path: Path) -> Iterator[None]:
    """Turn whatever HDF5 says of a file into one clear error."""
    try:
        yield
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, MemoryError) as fault:
        raise _fault(path, f"it is missing or no HDF5 file that can be read: {fault}") from fault


def _mend(path: Path) -> str:
    return f"remove it and make it again: snakemake {path}"


def _fault(path: Path, what: str) -> DataError:
    return DataError(where=str(path), what=what, mend=_mend(path))


def _open_checked(path: Path, task: Task) -> "h5py.File":
    """Open a prepared file, which `prepare` checked, and see that the declaration is the same.

    Raises:
        DataError: if it is no such file, or was prepared by another declaration or format.
    """
    import h5py

    with _damaged(path), ExitStack() as opened:
        file = opened.enter_context(h5py.File(path, "r", rdcc_nbytes=CACHE_BYTES))
        for attribute, wanted in (("format", FORMAT), ("task_digest", task.digest)):
            if not np.array_equal(found := file.attrs.get(attribute), wanted):
                raise _fault(path, f"its {attribute} is {found}; the task as declared has {wanted}")
        _check(file, path, task)
        opened.pop_all()
    return file


def _check(file: "h5py.File", path: Path, task: Task) -> None:
    """Check shapes, constants and row numbers of a prepared file.

    Raises:
        DataError: if something is missing, or is not what `prepare` writes.
    """
    mend = _mend(path)
    count = own_array(file, "inputs", mend=mend).shape[0]
    for what, shape in (("inputs", task.input_shape), ("targets", task.target.shape)):
        array = own_array(file, what, mend=mend)
        fits = len(array.shape) == 1 + len(shape) and all(
            wanted in (AS_READ, have) for wanted, have in zip(shape, array.shape[1:], strict=True)
        )
        if not fits or array.shape[0] != count or not count:
            raise _fault(path, f"'{what}' has the shape {array.shape}")
        for constant in ("mean", "std"):
            _check_constant(file, path, f"normalisation/{what}/{constant}", array.shape[1:])
    if "groups" in file and own_array(file, "groups", mend=mend).shape != (count,):
        raise _fault(path, "'groups' does not say of each sample what it is a piece of")
    if "train" in file:
        rows = {name: own_array(file, name, mend=mend)[()] for name in ("train", "validation")}
        for name, numbers in rows.items():
            check_rows(numbers, count, name=name, where=path, mend=mend)
        if len(np.intersect1d(*rows.values())):
            raise _fault(path, "some samples are of 'train' and of 'validation'")


def _check_constant(file: "h5py.File", path: Path, key: str, shape: tuple[int, ...]) -> None:
    values = own_array(file, key, mend=_mend(path))[()]
    if not np.isfinite(values).all() or (key.endswith("std") and (values <= 0).any()):
        raise _fault(path, f"'{key}' is not finite, or a deviation that is not above 0")
    sizes = [1] * (len(shape) - values.ndim) + list(values.shape)
    if len(sizes) > len(shape) or any(a not in (1, b) for a, b in zip(sizes, shape, strict=True)):
        raise _fault(path, f"'{key}' has the shape {values.shape} for samples of {shape}")
