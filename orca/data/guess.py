"""What a person's file seems to hold, as keys of a task's entry, and how to say otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from orca.data.arrays import arrays_in, read_arrays, read_columns
from orca.data.table import is_categorical, present
from orca.data.user_task import SUFFIXES
from orca.declarations import nearest
from orca.errors import SettingsError

MOST_CLASSES = 20  # whole numbers of more different values are taken for amounts
METRIC_OF = {
    "classes": "zero_one_error_pct", "multi_label": "one_minus_map", "scalar": "rmse",
    "field": "relative_l2",
}  # fmt: skip
INPUT_NAMES = ("inputs", "x", "X", "data", "features", "images")
TARGET_NAMES = ("target", "targets", "y", "Y", "labels", "label")


@dataclass(frozen=True)
class Fact:
    """One key of an entry.

    Args:
        key: of the entry.
        value: that it has.
        why: it was guessed so; empty for what a person said.
        otherwise: the options that say otherwise; empty for what a person said.
    """

    key: str
    value: Any
    why: str = ""
    otherwise: str = ""


@dataclass(frozen=True)
class Seen:
    """What targets look like: kind, why, and the classes or the shape that go with it."""

    kind: str
    why: str
    classes: int | list[str] = 0
    shape: tuple[int, ...] = ()


def guess(path: Path, said: Mapping[str, Any]) -> list[Fact]:
    """Return an entry for a file, key by key: what a person said, and guesses for the rest.

    Args:
        path: a csv, parquet, npz or HDF5 file.
        said: keys and values of the entry that need no guess; of a table at least `target`.

    Raises:
        SettingsError: if the suffix tells no format, or it cannot be guessed what is the target.
        DataError: if the file cannot be read, or has no such column or array.
    """
    form = SUFFIXES.get(path.suffix)
    if form is None:
        raise SettingsError(
            where=str(path),
            what=f"its suffix '{path.suffix}' is none of {', '.join(SUFFIXES)}",
            mend="save it as one of these, or describe it in a config file (docs/data.md)",
        )
    look = _look_at_table if form in ("csv", "parquet") else _look_at_arrays
    found, seen = look(path, form, said)
    facts = [Fact("path", str(path)), *found]
    others = [kind for kind in METRIC_OF if kind != seen.kind]
    facts.append(_fact("kind", seen.kind, said, seen.why, f"--kind {' or '.join(others)}"))
    kind = facts[-1].value
    if kind in ("classes", "multi_label"):
        facts.append(_fact("classes", seen.classes, said, "as they occur", "the entry's file"))
    if kind == "field":
        facts.append(_fact("target_shape", list(seen.shape), said, "as it is", "the entry's file"))
    facts.append(_fact("metric", METRIC_OF[kind], said, "usual for this kind", "--metric NAME"))
    known = {fact.key for fact in facts}
    return facts + [Fact(key, value) for key, value in said.items() if key not in known]


def _fact(key: str, value: Any, said: Mapping[str, Any], why: str, otherwise: str) -> Fact:
    return Fact(key, said[key]) if key in said else Fact(key, value, why, otherwise)


def _look_at_table(path: Path, form: str, said: Mapping[str, Any]) -> tuple[list[Fact], Seen]:
    if not said.get("target"):
        raise SettingsError(
            where=str(path), what="nobody said what is to be predicted", mend="--target COLUMN"
        )
    features, target = read_columns(
        path, form, features=tuple(said.get("inputs") or ()), target=said["target"],
        categorical=tuple(said.get("categorical") or ()),
    )  # fmt: skip
    names = [str(column.name) for column in features]
    facts = [Fact("target", said["target"])]
    if "inputs" in said:
        facts.append(Fact("inputs", said["inputs"]))
    else:
        facts.append(Fact("inputs", "", f"the other columns: {_few(names)}", "--inputs A,B"))
    if is_categorical(target):
        texts = present(target)
        return facts, Seen("classes", f"{len(texts)} different texts in {len(target)} rows", texts)
    return facts, _look_at_numbers(target.to_numpy(np.float64), said)


def _few(names: Sequence[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"


def _look_at_numbers(values: np.ndarray, said: Mapping[str, Any]) -> Seen:
    """Return whether numbers are classes or amounts; the classes also where they are said to be."""
    different = np.unique(values)
    whole = bool((different == np.round(different)).all())
    kind = "classes" if whole and len(different) <= MOST_CLASSES else "scalar"
    why = f"{len(different)} different {'whole numbers' if whole else 'numbers with decimals'}"
    if said.get("kind", kind) != "classes":
        return Seen(kind, f"{why} in {len(values)} samples")
    from_zero = bool((different == np.arange(len(different))).all())
    classes = len(different) if from_zero else [f"{value:g}" for value in different]
    return Seen(kind, f"{why} in {len(values)} samples", classes)


def _look_at_arrays(path: Path, form: str, said: Mapping[str, Any]) -> tuple[list[Fact], Seen]:
    shapes = arrays_in(path, form)
    keys = {}
    for key, usual in (("inputs", INPUT_NAMES), ("target", TARGET_NAMES)):
        keys[key] = said.get(key) or _likely(key, usual, shapes, path)
    facts = [_fact(k, v, said, "by its name", f"--{k} ARRAY") for k, v in keys.items()]
    for name in keys.values():
        if name not in shapes:
            raise SettingsError(
                where=str(path), what=f"it has no '{name}'", mend=nearest(name, list(shapes))
            )
    inputs, shape = shapes[keys["inputs"]], shapes[keys["target"]]
    if len(shape) > 2:
        return facts, _look_at_field(inputs, shape)
    values = np.asarray(read_arrays(path, form, keys["inputs"], keys["target"])[1])
    if len(shape) == 2 and shape[1] > 1:
        if np.isin(values, (0, 1)).all():
            return facts, Seen("multi_label", f"{shape[1]} zeros and ones a sample", shape[1])
        return facts, _look_at_field(inputs, shape)
    if values.dtype.kind in "USO":
        texts = sorted({str(value) for value in values.reshape(-1)})
        return facts, Seen("classes", f"{len(texts)} different texts", texts)
    return facts, _look_at_numbers(values.reshape(-1).astype(np.float64), said)


def _likely(
    key: str, usual: Sequence[str], shapes: Mapping[str, tuple[int, ...]], path: Path
) -> str:
    found = [name for name in usual if name in shapes]
    if len(found) == 1:
        return found[0]
    told = ", ".join(f"{name} {list(shape)}" for name, shape in shapes.items())
    raise SettingsError(
        where=str(path),
        what=f"nobody said which array is the {key}; there are {told}",
        mend=f"--{key} ARRAY",
    )


def _look_at_field(inputs: tuple[int, ...], target: tuple[int, ...]) -> Seen:
    """Return a field; its channels are its first axis where inputs have as many axes."""
    why = f"numbers of shape {list(target[1:])} a sample"
    whole = len(target) == max(3, len(inputs))
    return Seen("field", why, shape=target[1:] if whole else (1, *target[1:]))
