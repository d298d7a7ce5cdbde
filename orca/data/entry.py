"""The keys of an entry under `tasks:`, which describes a person's own data."""

from collections.abc import Iterable
from math import prod
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Natural = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(gt=0, lt=1)]
Format = Literal["npz", "csv", "parquet", "hdf5"]
Rule = Literal["none", "per_channel", "per_position"]
Axis = Literal["sample", "channel", "length", "height", "width", "one"]
Names = str | Annotated[tuple[str, ...], Field(min_length=1)]
SUFFIXES: dict[str, Format] = {
    ".npz": "npz", ".csv": "csv", ".tsv": "csv", ".parquet": "parquet", ".h5": "hdf5",
    ".hdf5": "hdf5",
}  # fmt: skip
SHEET = "save the sheet as csv"
OTHER_SUFFIXES = {
    ".xlsx": SHEET, ".xls": SHEET, ".ods": SHEET,
    ".npy": "save inputs and targets in one file with numpy.savez(path, inputs=..., targets=...)",
    ".mat": "save it as npz, or by MATLAB's h5write as HDF5 with the suffix .h5 (`axes` gives the order)",
    ".pkl": "save a table as csv or parquet, arrays as npz; pickles run code when they are read",
    ".json": "save it as csv",
}  # fmt: skip
AXES = ({"sample", "length"}, {"sample", "channel", "length"}, {"sample", "channel", "height", "width"},
        {"sample", "height", "width"})  # fmt: skip


class TaskEntry(BaseModel):
    """This entry describes one of your own data sets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str = Field(description="The data are in this file.")
    test_path: str = Field(
        default="", description="The test samples are in this second file, if there is one."
    )
    format: Format | None = Field(
        default=None, description="The file has this format; null takes the suffix's."
    )
    inputs: Names = Field(
        default="",
        description="The inputs are the array of this key, or these columns; empty takes all columns but the target.",
    )
    target: Names = Field(
        description="The target is the array of this key, or this column; several columns are labels, numbers or a field."
    )
    kind: Literal["classes", "multi_label", "scalar", "field"] = Field(
        description="This is predicted: one of some classes, any of some labels, a number, or a field."
    )
    classes: Natural | tuple[str, ...] = Field(
        default=0, description="There are this many classes or labels, or those of these names."
    )
    target_shape: tuple[int, ...] = Field(
        default=(), description="A field has these channels and this grid."
    )
    metric: Names = Field(
        description="The score is this metric of orca.evaluation.metrics; of several the first decides."
    )
    loss: str = Field(
        default="",
        description="Training descends this loss of orca.training.losses; empty takes that of the kind.",
    )
    categorical: tuple[str, ...] = Field(
        default=(), description="These numeric columns are categories."
    )
    dates: tuple[str, ...] = Field(
        default=(), description="These columns are dates, and are read as days."
    )
    drop: tuple[str, ...] = Field(default=(), description="These columns are left out.")
    groups: str = Field(
        default="",
        description="This column or key says what samples belong to, such as a patient; none is"
        " divided between training and test.",
    )
    split: str = Field(
        default="",
        description="This column or key says train, validation or test; or a JSON file has the row numbers of each part.",
    )
    as_: Literal["table", "series"] = Field(
        default="table",
        alias="as",
        description="A table is read as it is, or as a series whose points are its columns.",
    )
    missing: Literal["median", "category", "drop_rows", "error"] = Field(
        default="median",
        description="Gaps become this: with `median`, numbers get the training rows' median and"
        " texts a category of their own; `category` marks numbers too.",
    )
    unseen: Literal["error", "other"] = Field(
        default="error",
        description="A category that the fit file lacks is an error, or a category `other`.",
    )
    decimal: Literal[".", ","] = Field(
        default=".", description="The numbers of a csv have this decimal sign."
    )
    separator: str = Field(
        default="",
        description="This character separates the columns of a csv; empty finds it in the header.",
    )
    encoding: str = Field(default="utf-8", description="A csv has this encoding.")
    axes: tuple[Axis, ...] = Field(
        default=(), description="The inputs' array has its axes in this order; `one` is dropped."
    )
    normalise_inputs: Rule | None = Field(
        default=None,
        description="Inputs are normalised so; null normalises each column, or each channel of an array.",
    )
    normalise_targets: Rule | None = Field(
        default=None,
        description="Targets are normalised so; null normalises numbers and fields per channel.",
    )
    test_share: Share = Field(
        default=0.2,
        description="This share is set aside for testing, where there is no `test_path`.",
    )
    validation_share: Share = Field(
        default=0.2, description="This share of the rest is for validation."
    )
    split_seed: Natural = Field(
        default=0, description="The samples are divided by a draw from this seed."
    )
    folds: Natural = Field(
        default=0,
        description="The samples are dealt into this many parts, each of which one run tests;"
        " the table has the mean over them.",
    )
    fold: Natural = Field(
        default=0,
        description="This task tests the fold of this number; the workflow adds a task for each beyond the first.",
    )
    title: str = Field(default="", description="Tables show the task under this title.")
    unit: str = Field(default="", description="The target has this unit.")
    # What follows is about the runs, not about the data: their digest is the same with it.
    bodies: tuple[str, ...] = Field(
        default=(),
        repr=False,
        description="The table `own` has runs on these bodies; empty takes one that needs no model hub.",
    )
    peers: bool = Field(
        default=True,
        repr=False,
        description="The table `own` shows the peers that suit the task, or does not.",
    )
    settings: dict[str, dict[str, Any]] = Field(
        default={}, repr=False, description="This task's runs have these settings, by group."
    )

    @field_validator("classes", mode="before")
    @classmethod
    def _names(cls, given: Any) -> Any:
        """Take names that YAML has read as numbers for texts, and refuse truth values."""
        if isinstance(given, bool):
            raise ValueError("'classes' is a truth value", "say how many classes there are")
        if not isinstance(given, list | tuple):
            return given
        if any(isinstance(name, bool) for name in given):
            raise ValueError(
                "YAML reads no, yes, off, on, true and false as truth values",
                "quote them as they stand in the file, such as ['no', 'yes']",
            )
        if None in given:
            raise ValueError("YAML reads null and ~ as nothing", "quote the names of classes")
        names = [str(name) for name in given]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"the class '{twice[0]}' stands twice", "name each class once")
        return names

    @field_validator("encoding")
    @classmethod
    def _encodes_texts(cls, name: str) -> str:
        try:
            "".encode(name)
        except LookupError as fault:
            raise ValueError(f"{fault}", "such as utf-8, latin-1 or cp1252") from fault
        return name

    @model_validator(mode="after")
    def _goes_together(self) -> "TaskEntry":
        if self.format is None and self._suffix not in SUFFIXES:
            raise ValueError(
                f"'format' is missing and the file's suffix '{self._suffix}' does not tell it",
                OTHER_SUFFIXES.get(self._suffix, "set `format`: npz, csv, parquet or hdf5"),
            )
        if self.kind == "classes" and self.classes in (0, 1, ()):
            raise ValueError("'classes' is missing: say how many there are, or their names")
        if self.kind == "multi_label" and not self.label_count:
            raise ValueError("'classes' is missing: say how many labels there are, or their names")
        if self.kind == "field" and len(self.target_shape) < 2:
            raise ValueError("'target_shape' is missing: say channels and grid, such as [1, 128]")
        if self.folds and (self.test_path or self.split):
            raise ValueError(
                f"'folds' beside '{'test_path' if self.test_path else 'split'}'",
                "say one of the two: each says what the test samples are",
            )
        if self.folds == 1 or self.fold >= max(self.folds, 1):
            raise ValueError(f"fold {self.fold} of {self.folds}", "set `folds: 5`, and no `fold`")
        self._check_columns()
        self._check_axes()
        return self

    def _check_columns(self) -> None:
        """Check that columns and keys are each named for one thing."""
        if len(self.targets) > 1 and not (self.is_table and self.kind != "classes"):
            raise ValueError(
                f"{len(self.targets)} targets",
                "several columns of a table are labels, numbers or points of a field; name one here",
            )
        if self.kind == "field" and self.is_table and self.as_ == "table":
            raise ValueError(
                "a field is predicted at the points of a series, and the table's columns are none",
                "set `as: series`; several numbers of a row are `kind: scalar`",
            )
        if self.kind == "field" and self.is_table and prod(self.target_shape) != len(self.targets):
            raise ValueError(
                f"'target_shape' {list(self.target_shape)}, but {len(self.targets)} columns in 'target'",
                "name a column for each point, channel by channel",
            )
        roles = {"target": self.targets, "drop": self.drop, "groups": (self.groups,),
                 "split": (self.split,)}  # fmt: skip
        given = self.input_columns if self.is_table else (self.input_key,)
        for role, names in roles.items():
            for name in names:
                if name and name in (*given, *self.categorical, *self.dates):
                    raise ValueError(
                        f"'{name}' is among the inputs and in '{role}'",
                        "name it for one of the two",
                    )
        if self.kind == "multi_label" and self.label_count != len(self.targets) and self.is_table:
            raise ValueError(
                f"{self.label_count} labels, but {len(self.targets)} columns in 'target'",
                "name a column of zeros and ones for each label",
            )

    def _check_axes(self) -> None:
        several = [axis for axis in self.axes if axis != "one"]
        if self.axes and (len(several) != len(set(several)) or set(several) not in AXES):
            raise ValueError(
                f"'axes' {list(self.axes)} are those of no sequence and of no grid",
                "name sample, channel if there is one, and length, or height and width, each once",
            )

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """Give what differs from the defaults, so that a new key changes no task's digest."""
        fields = type(self).model_fields
        for name, value in super().__repr_args__():
            if name not in fields or value != fields[name].default:
                yield name, value

    @property
    def _suffix(self) -> str:
        return Path(self.path).suffix.lower()

    @property
    def file_format(self) -> Format:
        """The format said, or the suffix's."""
        return self.format or SUFFIXES[self._suffix]

    @property
    def is_table(self) -> bool:
        """Whether the file holds columns, not arrays."""
        return self.file_format in ("csv", "parquet")

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of the target's columns, or key of its array."""
        return (self.target,) if isinstance(self.target, str) else self.target

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the metrics; the first decides."""
        return (self.metric,) if isinstance(self.metric, str) else self.metric

    @property
    def input_columns(self) -> tuple[str, ...]:
        """Columns that are asked for as inputs; none where all are taken."""
        return tuple(filter(None, (self.inputs,) if isinstance(self.inputs, str) else self.inputs))

    @property
    def input_key(self) -> str:
        """Key of the inputs' array."""
        return next(iter(self.input_columns), "inputs")

    @property
    def set_apart(self) -> tuple[str, ...]:
        """Columns that the entry names and that are no inputs."""
        return tuple(filter(None, (*self.targets, *self.drop, self.groups, self.split)))

    @property
    def split_key(self) -> str:
        """The column or key of `split`; empty where that is a file, or nothing."""
        return "" if self.split.endswith(".json") else self.split

    @property
    def label_count(self) -> int:
        """How many classes or labels there are."""
        if isinstance(self.classes, int):
            return self.classes or (len(self.targets) if len(self.targets) > 1 else 0)
        return len(self.classes)

    @property
    def label_names(self) -> tuple[str, ...]:
        """Names of classes or labels, as far as the entry has them."""
        if not isinstance(self.classes, int):
            return self.classes
        return self.targets if self.kind == "multi_label" and len(self.targets) > 1 else ()
