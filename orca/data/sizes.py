"""How large a task's data are, before any are prepared: as declared, or as a person's file says.

Of a person's file no more is read than it takes: headers of arrays, the first lines and the
number of lines of a csv file.
"""

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from orca.data.arrays import shape_of
from orca.data.task import AS_READ, Task
from orca.data.user_task import TaskEntry

LINES = 200  # of a csv file, that tell which columns hold texts, and how many different ones
BLOCK = 2**20


@dataclass(frozen=True)
class Sizes:
    """Samples of each part, and the shape of an input; `AS_READ` where only the data tell."""

    fit: int
    validation: int
    test: int
    input_shape: tuple[int, ...]


def sizes_of(task: Task) -> Sizes:
    """Return a task's sizes; those of a person's own task are its file's, if that is there."""
    entry = task.option
    if isinstance(entry, TaskEntry) and Path(entry.path).expanduser().is_file():
        return _own_sizes(entry, len(task.input_shape))
    declared = task.samples
    return Sizes(declared.fit, declared.validation, declared.test, task.input_shape)


def _own_sizes(entry: TaskEntry, axes: int) -> Sizes:
    rows, shape = _measured(entry, entry.path)
    if entry.test_path:
        path = Path(entry.test_path).expanduser()
        test = _measured(entry, entry.test_path)[0] if path.is_file() else AS_READ
    else:
        test = round(rows * entry.test_share)
        rows -= test
    return Sizes(
        rows, round(rows * entry.validation_share), test, (1,) * (axes - len(shape)) + shape
    )


def _measured(entry: TaskEntry, name: str) -> tuple[int, tuple[int, ...]]:
    """Return how many samples a file holds, and the shape of one."""
    path = Path(name).expanduser()
    state = path.stat()
    key = entry.inputs if isinstance(entry.inputs, str) and entry.inputs else "inputs"
    columns = () if isinstance(entry.inputs, str) else entry.inputs
    return _file_sizes(
        path, entry.file_format, "" if entry.is_table else key, columns,
        (state.st_size, state.st_mtime_ns),
    )  # fmt: skip


@lru_cache(maxsize=256)
def _file_sizes(
    path: Path, form: str, key: str, columns: tuple[str, ...], state: tuple[int, int]
) -> tuple[int, tuple[int, ...]]:
    del state  # a file that has changed is measured anew
    if key:
        shape = shape_of(path, form, key)
        return shape[0], shape[1:]
    if form == "parquet":
        from pyarrow import parquet

        found = parquet.ParquetFile(path).metadata
        return found.num_rows, (len(columns) or found.num_columns - 1, 1)
    return _csv_sizes(path, len(columns))


def _csv_sizes(path: Path, columns: int) -> tuple[int, tuple[int, ...]]:
    """Return the rows of a csv file, and the shape that `orca.data.table` encodes one to."""
    with path.open("rb") as file:
        rows = sum(block.count(b"\n") for block in iter(lambda: file.read(BLOCK), b""))
    with path.open(newline="", encoding="utf-8", errors="replace") as file:
        head = list(zip(range(LINES), csv.reader(file), strict=False))
    lines = [line for _, line in head]
    texts = [len(set(filter(_is_text, column))) for column in zip(*lines[1:], strict=False)]
    count = columns or max(1, len(lines[0]) - 1 if lines else 1)
    widest = max(texts, default=0)
    return max(0, rows - 1), (widest, count) if widest else (count, 1)


def _is_text(value: str) -> bool:
    try:
        float(value or "0")
    except ValueError:
        return True
    return False
