"""What a person's file seems to hold, as keys of a task's entry, and how to say otherwise."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from orca.data.entry import OTHER_SUFFIXES, SUFFIXES, TaskEntry
from orca.data.own import cells
from orca.data.own.arrays import shapes_in, targets_of
from orca.data.own.table import read_table
from orca.data.own.targets import labels_in_table, with_target
from orca.data.user_task import STANDING_IN, entry_of
from orca.declarations import nearest
from orca.errors import SettingsError

MOST_CLASSES = 20  # whole numbers of more different values are taken for amounts
SHOWN = 5  # names of columns
LEAST_SIDE = 8  # points of a square that is taken for a picture
PICTURES = ["sample", "height", "width"]
METRIC_OF = {
    "classes": "accuracy", "multi_label": "one_minus_map", "scalar": "rmse",
    "field": "relative_l2",
}  # fmt: skip
READING = ("format", "decimal", "separator", "encoding", "axes")  # how a file is read at all
INPUT_NAMES = ("inputs", "x", "X", "data", "features", "images")
TARGET_NAMES = ("target", "targets", "y", "Y", "labels", "label")


@dataclass(frozen=True)
class Fact:
    """One key of an entry; where it is guessed, why, and the options that overrule the guess."""

    key: str
    value: Any
    why: str = ""
    otherwise: str = ""


@dataclass(frozen=True)
class TargetGuess:
    """What targets look like: kind, why, and the classes or the shape that go with it."""

    kind: str
    why: str
    classes: int | list[str] = 0
    shape: tuple[int, ...] = ()


def guess(path: Path, said: Mapping[str, Any]) -> list[Fact]:
    """Return an entry for a file, key by key: what a person said, and guesses for the rest.

    Of a table, the person said at least the `target`.

    Raises:
        SettingsError: if the suffix belongs to no known format, or the target cannot be guessed.
        DataError: if the file cannot be read, or has no such column or array.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES and "format" not in said:
        raise SettingsError(
            where=str(path),
            what=f"its suffix '{suffix}' is none of {', '.join(SUFFIXES)}",
            mend=OTHER_SUFFIXES.get(suffix, "save it as one of these"),
        )
    ways = {key: said[key] for key in READING if key in said}
    entry = entry_of({**STANDING_IN, "path": str(path), **ways}, where=str(path))
    found, seen = (_look_at_table if entry.is_table else _look_at_arrays)(path, entry, said)
    if seen.classes == 1 or (isinstance(seen.classes, list) and len(seen.classes) == 1):
        raise SettingsError(
            where=f"{path}, the target",
            what=f"all samples have one value ({seen.why})",
            mend="name another target, or take samples of other classes too",
        )
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


def _look_at_table(
    path: Path, entry: TaskEntry, said: Mapping[str, Any]
) -> tuple[list[Fact], TargetGuess]:
    if not said.get("target"):
        raise SettingsError(
            where=str(path), what="`target` is not set", mend="give --target COLUMN"
        )
    # Of classes, words such as `none` may be names; of numbers they are gaps.
    entry = entry.model_copy(update={"target": said["target"], "kind": "classes"})
    table = with_target(read_table(path, entry, shown=str(path)), entry)
    used = {*entry.targets, *said.get("drop", ()), said.get("groups"), said.get("split")}
    others = _few([name for name in table.frame.columns if name not in used])
    inputs = _fact("inputs", "", said, f"the other columns: {others}", "--inputs A,B")
    facts = [Fact("target", said["target"]), inputs]
    if len(entry.targets) > 1:
        why = f"{len(entry.targets)} columns"
        return facts, TargetGuess("multi_label", why, list(entry.targets), (len(entry.targets), 1))
    return facts, _look_at_labels(labels_in_table(table, entry.targets[0]), entry, said)


def _look_at_labels(texts: Sequence[str], entry: TaskEntry, said: Mapping[str, Any]) -> TargetGuess:
    """Return whether texts are numbers or names; a frequent word for a gap is a name."""
    import pandas as pd

    known = [text for text in texts if text not in cells.GAPS]
    numbers = cells.numbers_in(pd.Series(known, dtype="str"), entry.decimal)
    if not np.isnan(numbers).any():
        return _look_at_numbers(numbers, said)
    counts = Counter(texts)
    rarest = min(counts[text] for text in known)
    names = sorted(name for name in counts if name not in cells.GAPS or counts[name] >= rarest)
    return TargetGuess("classes", f"{len(names)} different texts in {len(texts)} rows", names)


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{', '.join(names[:SHOWN])}{more}"


def _look_at_numbers(values: np.ndarray, said: Mapping[str, Any]) -> TargetGuess:
    """Return whether numbers are classes or amounts; the classes also where they are said to be."""
    different = np.unique(values)
    whole = bool((different == np.round(different)).all())
    kind = "classes" if whole and len(different) <= MOST_CLASSES else "scalar"
    why = f"{len(different)} different {'whole numbers' if whole else 'numbers with decimals'}"
    if said.get("kind", kind) != "classes":
        return TargetGuess(kind, f"{why} in {len(values)} samples")
    from_zero = bool((different == np.arange(len(different))).all())
    classes = len(different) if from_zero else [f"{value:g}" for value in different]
    return TargetGuess(kind, f"{why} in {len(values)} samples", classes)


def _look_at_arrays(
    path: Path, entry: TaskEntry, said: Mapping[str, Any]
) -> tuple[list[Fact], TargetGuess]:
    shapes = shapes_in(path, entry)
    keys = {}
    for key, usual in (("inputs", INPUT_NAMES), ("target", TARGET_NAMES)):
        keys[key] = said.get(key) or _likely(key, usual, shapes, path)
        if keys[key] not in shapes:
            mend = nearest(keys[key], list(shapes))
            raise SettingsError(where=str(path), what=f"it has no '{keys[key]}'", mend=mend)
    facts = [_fact(k, v, said, "by its name", f"--{k} ARRAY") for k, v in keys.items()]
    inputs = shapes[keys["inputs"]]
    axes = len(inputs)
    if "axes" in said or (axes == 3 and inputs[1] == inputs[2] >= LEAST_SIDE):
        otherwise = "--set axes=[sample,channel,length]"
        facts.append(_fact("axes", PICTURES, said, "squares look like pictures", otherwise))
        axes = 4 if "height" in facts[-1].value else 3
    shape = shapes[keys["target"]]
    if len(shape) > 2:
        return facts, _look_at_field(axes, shape)
    values = targets_of(path, entry, keys["target"], shown=str(path))
    if len(shape) < 2 or shape[1] == 1:
        return facts, _look_at_values(values.reshape(-1), said)
    if np.isin(values, (0, 1)).all():
        why = f"{shape[1]} zeros and ones a sample"
        return facts, TargetGuess("multi_label", why, shape[1])
    return facts, _look_at_field(axes, shape)


def _look_at_values(values: np.ndarray, said: Mapping[str, Any]) -> TargetGuess:
    if values.dtype.kind in "USO":
        texts = sorted({v.decode() if isinstance(v, bytes) else str(v) for v in values})
        return TargetGuess("classes", f"{len(texts)} different texts", texts)
    return _look_at_numbers(values.astype(np.float64), said)


def _likely(
    key: str, usual: Sequence[str], shapes: Mapping[str, tuple[int, ...]], path: Path
) -> str:
    found = [name for name in usual if name in shapes]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(f"{name} {list(shape)}" for name, shape in shapes.items())
    raise SettingsError(
        where=str(path),
        what=f"`{key}` is not set; the file's arrays are {listed}",
        mend=f"give --{key} ARRAY",
    )


def _look_at_field(axes: int, target: tuple[int, ...]) -> TargetGuess:
    """Return a field; its first axis holds channels if it has as many axes as the inputs."""
    why = f"numbers of shape {list(target[1:])} a sample"
    whole = len(target) == max(3, axes)
    return TargetGuess("field", why, shape=target[1:] if whole else (1, *target[1:]))
