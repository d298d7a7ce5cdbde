"""How large a task's data are, before any are prepared: as declared, or as a person's file says.

Only what is needed of a person's file is read: headers of arrays, the first lines and the
number of lines of a csv file.
"""

import csv
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from orca.data.entry import TaskEntry
from orca.data.own.arrays import input_shape
from orca.data.own.table import SEPARATORS, line_breaks
from orca.data.task import AS_READ, Task

LINES = 200  # of a csv file, that tell which columns hold texts, and how many different ones
ASSUMED_SAMPLES, ASSUMED_LENGTH = 50_000, 64  # where they are known from the data alone
_MEASURED: dict[tuple[str, str, int, int], tuple[int, tuple[int, ...]]] = {}


@dataclass(frozen=True)
class Sizes:
    """Samples of each part, and the shape of an input; `AS_READ` where the data decide."""

    fit: int
    validation: int
    test: int
    input_shape: tuple[int, ...]


def sizes_of(task: Task) -> Sizes:
    """Return a task's sizes; those of a person's own task are its file's, if that is there."""
    entry = task.option
    if isinstance(entry, TaskEntry) and Path(entry.path).expanduser().is_file():
        return _own_sizes(entry)
    declared = task.samples
    return Sizes(declared.fit, declared.validation, declared.test, task.input_shape)


def assumed_sizes(task: Task) -> Sizes:
    """Return a task's sizes, with assumed ones where they are known from the data alone."""
    known = sizes_of(task)
    return Sizes(
        _or(known.fit, ASSUMED_SAMPLES),
        _or(known.validation, ASSUMED_SAMPLES // 10),
        _or(known.test, ASSUMED_SAMPLES // 10),
        tuple(_or(axis, ASSUMED_LENGTH) for axis in known.input_shape),
    )


def _or(size: int, assumed: int) -> int:
    return assumed if size == AS_READ else size


def _own_sizes(entry: TaskEntry) -> Sizes:
    rows, shape = _measured(entry, entry.path)
    if entry.test_path:
        path = Path(entry.test_path).expanduser()
        test = _measured(entry, entry.test_path)[0] if path.is_file() else AS_READ
    else:
        test = round(rows * entry.test_share)
        rows -= test
    return Sizes(rows, round(rows * entry.validation_share), test, shape)


def _measured(entry: TaskEntry, name: str) -> tuple[int, tuple[int, ...]]:
    """Return how many samples a file holds, and the shape of one; kept while the file is the same."""
    state = Path(name).expanduser().stat()
    key = (repr(entry), name, state.st_size, state.st_mtime_ns)
    if key not in _MEASURED:
        _MEASURED[key] = _measure(entry, name)
    return _MEASURED[key]


def _measure(entry: TaskEntry, name: str) -> tuple[int, tuple[int, ...]]:
    path = Path(name).expanduser()
    if not entry.is_table:
        shape = input_shape(path, entry, shown=name)
        return shape[0], shape[1:]
    columns = len(entry.input_columns)
    if entry.file_format == "csv":
        return _csv_sizes(path, columns, entry.separator)
    from pyarrow import parquet

    found = parquet.ParquetFile(path).metadata
    return found.num_rows, (columns or found.num_columns - 1, 1)


def _csv_sizes(path: Path, columns: int, separator: str) -> tuple[int, tuple[int, ...]]:
    """Return the rows of a csv file, and the shape that `orca.data.schema` makes of one."""
    with path.open(newline="", encoding="utf-8", errors="replace") as file:
        text = list(islice(file, LINES))
    usual = max(SEPARATORS, key=(text[0] if text else "").count)
    lines = list(csv.reader(text, delimiter=(separator or usual)[0]))
    texts = [len(set(filter(_is_text, column))) for column in zip(*lines[1:], strict=False)]
    count = columns or max(1, len(lines[0]) - 1 if lines else 1)
    widest = max(texts, default=0)
    return max(0, line_breaks(path) - 1), (widest, count) if widest else (count, 1)


def _is_text(value: str) -> bool:
    try:
        float(value or "0")
    except ValueError:
        return True
    return False
