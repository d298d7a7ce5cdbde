"""A person's own data as a task: an entry under `tasks:` in a config file, no Python."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from jaxtyping import Int
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from orca.data.arrays import axes_of, read_arrays, read_columns
from orca.data.schema import Schema, layout_of
from orca.data.split import draw, draw_stratified
from orca.data.table import is_categorical, learn, present, values_of
from orca.data.task import (
    AS_READ,
    Block,
    Classes,
    MultiLabel,
    Normalisation,
    Part,
    Samples,
    Scalar,
    Splits,
    Target,
    Task,
)
from orca.data.task import Field as FieldTarget
from orca.data.ways import Own
from orca.declarations import nearest
from orca.errors import DataError, SettingsError

if TYPE_CHECKING:
    import pandas

Share = Annotated[float, Field(gt=0, lt=1)]
Format = Literal["npz", "csv", "parquet", "hdf5"]
SUFFIXES: dict[str, Format] = {
    ".npz": "npz", ".csv": "csv", ".parquet": "parquet",
    ".h5": "hdf5", ".hdf5": "hdf5",
}  # fmt: skip
LOSSES = {
    "classes": "cross_entropy", "multi_label": "bce_with_logits", "scalar": "mse", "field": "relative_l2"
}  # fmt: skip


class TaskEntry(BaseModel):
    """One of your own data sets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str = Field(description="the file")
    test_path: str = Field("", description="a second file with the test samples, if there is one")
    format: Format | None = Field(None, description="npz, csv, parquet or hdf5; by the suffix")
    inputs: str | tuple[str, ...] = Field(
        "", description="key of the inputs' array, or columns; all but the target by default"
    )
    target: str = Field(description="key of the targets' array, or the target's column")
    kind: Literal["classes", "multi_label", "scalar", "field"] = Field(
        description="what is predicted: one of some classes, any of some labels, a number, a field"
    )
    classes: int | tuple[str, ...] = Field(0, description="how many classes or labels, or names")
    target_shape: tuple[int, ...] = Field((), description="channels and grid of a field")
    metric: str = Field(description="a name in orca.evaluation.metrics")
    loss: str = Field("", description="a name in orca.training.losses; by the kind of target")
    categorical: tuple[str, ...] = Field((), description="numeric columns that are categories")
    normalise_inputs: Literal["none", "per_channel", "per_position"] | None = Field(
        None, description="how inputs are normalised; by default columns are, arrays per channel"
    )
    normalise_targets: Literal["none", "per_channel", "per_position"] = Field(
        "none", description="how targets are normalised"
    )
    test_share: Share = Field(0.2, description="share set aside for testing, without test_path")
    validation_share: Share = Field(0.2, description="share of the rest that is for validation")
    split_seed: int = Field(0, ge=0, description="of the draw that divides the samples")
    title: str = Field("", description="as it stands in a table")
    unit: str = Field("", description="of the target")
    # What follows is about the runs, not about the data: their digest is the same with it.
    bodies: tuple[str, ...] = Field(
        (), repr=False, description="of the table `own`; by default one that needs no model hub"
    )
    settings: dict[str, dict[str, Any]] = Field(
        {}, repr=False, description="of this task's runs, by group, as config/README.md lists them"
    )

    @model_validator(mode="after")
    def _goes_together(self) -> "TaskEntry":
        if self.kind in ("classes", "multi_label") and not self.classes:
            raise ValueError("'classes' is missing: say how many there are, or their names")
        if self.kind == "field" and len(self.target_shape) < 2:
            raise ValueError("'target_shape' is missing: say channels and grid, such as [1, 128]")
        if self.format is None and Path(self.path).suffix not in SUFFIXES:
            raise ValueError("'format' is missing and the file's suffix does not tell it")
        return self

    @property
    def file_format(self) -> Format:
        """The format said, or the suffix's."""
        return self.format or SUFFIXES[Path(self.path).suffix]

    @property
    def is_table(self) -> bool:
        """Whether the file holds columns, not arrays."""
        return self.file_format in ("csv", "parquet")


def task_of(name: str, entry: dict[str, Any], *, where: str) -> Task:
    """Return the task that a config entry describes.

    Args:
        name: the entry's key.
        entry: its keys and values; `TaskEntry` says which there are.
        where: file and key, for messages.

    Raises:
        SettingsError: if a key is unknown, missing or out of range.
        DataError: if the file of arrays is missing, which is opened to see the inputs' shape.
    """
    checked = entry_of(entry, where=f"{where}.{name}")
    suffix = Path(checked.path).suffix
    files = [Own(name=f"fit{suffix}", path=checked.path)]
    if checked.test_path:
        files.append(Own(name=f"test{suffix}", path=checked.test_path))
    shape: tuple[int, ...] = (AS_READ, AS_READ)
    if not checked.is_table:
        shape = (AS_READ,) * axes_of(Path(checked.path), checked.file_format, _input_key(checked))
    by_default: Literal["per_channel", "per_position"] = (
        "per_position" if checked.is_table else "per_channel"
    )
    return Task(
        title=checked.title or name,
        suite="own",
        origin="your own data",
        input_shape=shape,
        target=_target(checked),
        samples=Samples(train=AS_READ, validation=AS_READ, test=AS_READ),
        loss=checked.loss or LOSSES[checked.kind],
        metric=checked.metric,
        files=tuple(files),
        source=name,
        normalisation=Normalisation(
            inputs=checked.normalise_inputs or by_default, targets=checked.normalise_targets
        ),
        option=checked,
        keeps_predictions=True,
    )


def entry_of(entry: dict[str, Any], *, where: str) -> TaskEntry:
    """Return a config entry, checked; no file is opened.

    Raises:
        SettingsError: if a key is unknown, missing or out of range.
    """
    try:
        return TaskEntry.model_validate(entry)
    except ValidationError as fault:
        first = fault.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        mend = "the README shows an entry, and docs/data.md has all keys"
        if first["type"] == "extra_forbidden":
            mend = nearest(key, list(TaskEntry.model_fields))
        raise SettingsError(
            where=f"{where}.{key}" if key else where, what=first["msg"], mend=mend
        ) from fault


def _target(entry: TaskEntry) -> Target:
    names = () if isinstance(entry.classes, int) else entry.classes
    count = entry.classes if isinstance(entry.classes, int) else len(entry.classes)
    if entry.kind == "classes":
        return Classes(count, names)
    if entry.kind == "multi_label":
        return MultiLabel(count, names)
    if entry.kind == "scalar":
        return Scalar(unit=entry.unit)
    return FieldTarget(grid=entry.target_shape[1:], channels=entry.target_shape[0], unit=entry.unit)


def _input_key(entry: TaskEntry) -> str:
    return entry.inputs if isinstance(entry.inputs, str) and entry.inputs else "inputs"


def read(raw: Path, task: Task) -> Splits:
    """Read a person's file and divide its samples, stratified by class where there are classes.

    Raises:
        DataError: if a key or column is missing, or the labels are not what the entry says.
    """
    entry = task.option
    assert isinstance(entry, TaskEntry)
    pieces = [_read_file(raw / way.name, entry, task) for way in task.files]
    generator = np.random.default_rng(entry.split_seed)
    inputs, targets, normalised = pieces[0]
    count = len(targets)
    test_rows = np.zeros(0, np.int64)
    if len(pieces) == 1:
        test_rows = _draw(targets, task, round(count * entry.test_share), generator)
    fit_rows = np.setdiff1d(np.arange(count), test_rows)
    within = _draw(
        targets[fit_rows], task, round(len(fit_rows) * entry.validation_share), generator
    )
    # Training samples first, so that validation is a range, whatever the kind of target.
    order = np.concatenate([np.delete(fit_rows, within), fit_rows[within]])
    fit = _part(inputs, targets, order)
    test = _part(inputs, targets, test_rows) if len(pieces) == 1 else _part(*pieces[1][:2], None)
    validation = range(len(order) - len(within), len(order))
    return Splits(fit=fit, test=test, validation=validation, normalised=normalised)


def _draw(
    targets: np.ndarray, task: Task, count: int, generator: np.random.Generator
) -> Int[np.ndarray, " drawn"]:
    if isinstance(task.target, Classes):
        return draw_stratified(targets, count, generator)
    return draw(len(targets), count, generator, None)


def _part(inputs: Any, targets: np.ndarray, rows: Int[np.ndarray, " n"] | None) -> Part:
    """Return a part of arrays that may lie in a file; rows are read in small portions."""
    chosen = np.arange(len(targets)) if rows is None else rows
    step = max(1, 2**24 // max(1, int(inputs[:1].nbytes)))

    def blocks() -> Iterator[Block]:
        for start in range(0, len(chosen), step):
            some = chosen[start : start + step]
            ascending, place = np.unique(some, return_inverse=True)
            values = np.asarray(inputs[ascending])[place]
            yield _with_channels(values), targets[some]

    return Part(len(chosen), blocks)


def _with_channels(values: np.ndarray) -> np.ndarray:
    """Give rows of plain numbers the one channel that they are."""
    values = values if values.dtype == np.uint8 else values.astype(np.float32)
    return values[:, None, :] if values.ndim == 2 else values


def _labels(target: "pandas.Series", task: Task, path: Path) -> Int[np.ndarray, " n"]:
    """Return class numbers: those in the column, or the places of its texts among the names."""
    if not is_categorical(target):
        return target.to_numpy(np.int64)
    assert isinstance(task.target, Classes)
    names = list(task.target.names) or present(target)
    for value in present(target):
        if value not in names:
            raise DataError(
                where=f"{path}, column '{target.name}'",
                what=f"'{value}' is none of the classes",
                mend=nearest(value, names),
            )
    return np.array([names.index(value) for value in target])


def _read_file(path: Path, entry: TaskEntry, task: Task) -> tuple[Any, np.ndarray, Any]:
    if entry.is_table:
        wanted = (entry.inputs,) if isinstance(entry.inputs, str) else entry.inputs
        features, target = read_columns(
            path, entry.file_format,
            features=tuple(c for c in wanted if c), target=entry.target,
            categorical=entry.categorical,
        )  # fmt: skip
        columns = learn(features)
        schema = Schema(columns=columns, layout=layout_of(columns))
        values = (
            _labels(target, task, path) if entry.kind == "classes" else target.to_numpy(np.float64)
        )
        inputs, normalised = schema.inputs(values_of(features, columns)), schema.normalised
    else:
        inputs, values = read_arrays(path, entry.file_format, _input_key(entry), entry.target)
        normalised = None
    if len(inputs) != len(values):
        raise DataError(
            where=str(path),
            what=f"{len(inputs)} inputs but {len(values)} targets",
            mend="give each sample one target, along the first axis",
        )
    return inputs, values, normalised
