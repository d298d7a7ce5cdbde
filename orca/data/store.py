"""Prepared data: `fit.h5` and `test.h5`, and the reader that gives normalised samples lazily."""

import math
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from jaxtyping import Float, Int, Num

from orca.data.hdf5_checks import check_rows, own_array
from orca.data.normalise import Constants
from orca.data.task import AS_READ, Classes, Task
from orca.errors import DataError

if TYPE_CHECKING:
    import h5py

FORMAT = 2
READ_BYTES = 64 * 2**20
"""Whole splits are read in portions of about this size."""

Split = Literal["train", "validation", "fit", "test"]
Part = Literal["inputs", "targets", "groups"]


@dataclass(frozen=True)
class Prepared:
    """A prepared file, opened at the first use; use it in a `with` statement, or close it.

    `fit.h5` holds `inputs` [n, *input], `targets` [n, *target], the row numbers `train` and
    `validation`, and the constants `normalisation/{inputs,targets}/{mean,std}`; `test.h5` the
    same without row numbers. `groups` [n] is there where samples are pieces of something. Each of
    them lies in one piece, so that it is mapped into memory: any thread reads any row at once.

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
        for opened in ("_file", "_mapped", "input_constants", "target_constants"):
            self.__dict__.pop(opened, None)

    @cached_property
    def _file(self) -> "h5py.File":
        return _open_checked(self.path, self.task)

    @cached_property
    def _mapped(self) -> dict[str, np.ndarray]:
        parts = [part for part in get_args(Part) if part in self._file]
        return {part: _mapped(self.path, self._file[part]) for part in parts}

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
        return self.input_constants.encode(self.stored("inputs", rows)), self._encoded(rows)

    def _encoded(self, rows: Int[np.ndarray, " n"]) -> Num[np.ndarray, "n *target"]:
        """Return targets as `read` gives them."""
        targets = self.targets(rows)
        if isinstance(self.task.target, Classes):
            return targets
        return self.target_constants.encode(targets)

    def stored_inputs(self, rows: Int[np.ndarray, " n"]) -> Float[np.ndarray, "n *input"]:
        """Return inputs in the task's own units, as float32."""
        return np.asarray(self.stored("inputs", rows), np.float32)

    def targets(self, rows: Int[np.ndarray, " n"]) -> Num[np.ndarray, "n *target"]:
        """Return targets in the task's own units: int64 for classes, else float32.

        Successive fields are a view of the file, read-only, so that they take no memory.
        """
        kind = np.int64 if isinstance(self.task.target, Classes) else np.float32
        return self.stored("targets", rows).astype(kind, copy=False)

    def groups(self, rows: Int[np.ndarray, " n"]) -> Int[np.ndarray, " n"] | None:
        """Return the number of the recording that each sample is a piece of, if there are any."""
        return self.stored("groups", rows) if "groups" in self._mapped else None

    def decode_targets(
        self, predicted: Num[np.ndarray, "n *output"]
    ) -> Float[np.ndarray, "n *output"]:
        """Return a model's predictions in the task's own units; logits stay as they are."""
        return self.target_constants.decode_predicted(predicted)

    def target_blocks(self, rows: Int[np.ndarray, " n"]) -> Iterator[Num[np.ndarray, "n *target"]]:
        """Yield the targets of some samples as `read` gives them, in portions."""
        step = max(1, READ_BYTES // (4 * math.prod(self._mapped["targets"].shape[1:])))
        for start in range(0, len(rows), step):
            yield self._encoded(rows[start : start + step])

    def whole(
        self, split: Split
    ) -> tuple[Float[np.ndarray, "n *input"], Num[np.ndarray, "n *target"]]:
        """Return a whole part as `read` does; for parts that fit into memory."""
        return self.read(self.rows(split))

    def stored(
        self, part: Part, rows: Int[np.ndarray, " n"], out: Num[np.ndarray, "n *part"] | None = None
    ) -> Num[np.ndarray, "n *part"]:
        """Return rows of a part as they lie in the file, in the order asked for.

        Args:
            part: which one; `groups` are not in every file.
            rows: row numbers, in any order, possibly repeated.
            out: the array to fill; None for a new one, or, of successive rows, a view of the file.

        Raises:
            DataError: if a row is not there, or a value is not finite or no class.
        """
        mapped = self._mapped[part]
        if len(rows) and not 0 <= rows.min() <= rows.max() < len(mapped):
            raise _fault(self.path, f"it has {len(mapped)} samples; {rows.max()} was asked for")
        if out is None and len(rows) and (np.diff(rows) == 1).all():
            values = mapped[rows[0] : rows[-1] + 1]
        else:
            values = np.take(mapped, rows, axis=0, out=out, mode="clip")
        self._check_values(part, values, rows)
        return values

    def _check_values(
        self, part: Part, values: Num[np.ndarray, "n *part"], rows: Int[np.ndarray, " n"]
    ) -> None:
        classes = self.task.target.count if isinstance(self.task.target, Classes) else 0
        if classes and part == "targets" and not ((values >= 0) & (values < classes)).all():
            raise _fault(self.path, f"a target is none of the {classes} classes")
        if values.dtype.kind != "f" or not len(values):
            return
        step = max(1, READ_BYTES // max(1, values[0].nbytes))
        for start in range(0, len(values), step):
            block = values[start : start + step]
            if not np.isfinite(block).all():
                finite = np.isfinite(block).reshape(len(block), -1).all(axis=1)
                bad = rows[start : start + step][~finite].min()
                raise _fault(self.path, f"'{part}' of sample {bad} is not finite")


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


def _mapped(path: Path, dataset: "h5py.Dataset") -> np.ndarray:
    """Return a dataset as it lies in its file.

    Raises:
        DataError: if it does not lie there in one piece.
    """
    if not dataset.size:
        return np.empty(dataset.shape, dataset.dtype)
    offset = dataset.id.get_offset()
    if offset is None:
        raise _fault(path, f"'{dataset.name}' does not lie in it in one piece")
    if offset + dataset.size * dataset.dtype.itemsize > path.stat().st_size:
        raise _fault(path, f"it ends before '{dataset.name}' does")
    return np.memmap(path, dataset.dtype, mode="r", offset=offset, shape=dataset.shape)


def _open_checked(path: Path, task: Task) -> "h5py.File":
    """Open a prepared file, which `prepare` checked, and see that the declaration is the same.

    Raises:
        DataError: if it is no such file, or was prepared by another declaration or format.
    """
    import h5py

    with _damaged(path), ExitStack() as opened:
        file = opened.enter_context(h5py.File(path, "r"))
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
