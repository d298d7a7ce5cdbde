"""A csv or parquet file as it stands, with the file's own row numbers."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Int

from orca.data.entry import TaskEntry
from orca.data.raw_file import beyond_memory, reading
from orca.declarations import nearest
from orca.errors import READER_FAULTS, DataError
from orca.logs import log

if TYPE_CHECKING:
    import pandas

SEPARATORS = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar"}
SIGNATURES = {
    b"PK\x03\x04": ("a spreadsheet or an archive", "save the sheet as csv"),
    b"\xd0\xcf\x11\xe0": ("a spreadsheet of Excel", "save the sheet as csv"),
    b"\x93NUMPY": ("an array of NumPy", "save inputs and targets with numpy.savez as npz"),
    b"\x89HDF": ("an HDF5 file", "set `format: hdf5`"),
    b"PAR1": ("a parquet file", "set `format: parquet`"),
    b"\xff\xfe": ("a text in UTF-16", "set `encoding: utf-16`"),
    b"\xfe\xff": ("a text in UTF-16", "set `encoding: utf-16`"),
    b"\x1f\x8b": ("compressed", "unpack it"),
}
LONGEST_HEADER = 2**24


@dataclass(frozen=True)
class OwnTable:
    """A table as it stands in a file: texts of a csv, the types of a parquet file.

    A row's place is its line in a csv, the header being line 1, or its number from 0.
    """

    path: str
    frame: "pandas.DataFrame"
    rows: Int[np.ndarray, " n"]

    def where(self, column: str, row: int | None = None) -> str:
        """Return a place in the file, for messages."""
        place = f"{self.path}, column '{column}'"
        return place if row is None else f"{place}, row {self.rows[row]}"

    def place(self, column: str) -> Callable[[int | None], str]:
        """Return what gives the place of a row of a column, for messages."""
        return lambda row: self.where(column, row)

    def take(self, chosen: np.ndarray) -> "OwnTable":
        """Return some rows, by number or by mask."""
        frame = self.frame[chosen] if chosen.dtype == bool else self.frame.iloc[chosen]
        return replace(self, frame=frame.reset_index(drop=True), rows=self.rows[chosen])

    def require(self, names: Sequence[str]) -> None:
        """Check that columns are there."""
        known = list(self.frame.columns)
        lacking = [name for name in names if name not in known]
        if lacking:
            mend = nearest(lacking[0], known)
            if len(known) == 1:
                mend += "\nIf a character other than a comma separates the columns, set it as `separator`"
            what = "it has no column " + ", ".join(f"'{name}'" for name in lacking)
            raise DataError(where=self.path, what=what, mend=mend)


def read_table(path: Path, entry: TaskEntry, *, shown: str) -> OwnTable:
    """Return a table as it stands in a csv or parquet file, which messages call `shown`."""
    if not path.is_file():
        what = "it is a folder" if path.is_dir() else "there is no such file"
        raise DataError(where=shown, what=what, mend="mend the path in the config")
    if entry.file_format == "csv":
        _check_signature(path, entry, shown)
        _check_room(path.stat().st_size, shown)
        table = _read_csv(path, entry, shown)
    else:
        table = _read_parquet(path, shown)
    twice = sorted(name for name, times in Counter(table.frame.columns).items() if times > 1)
    if twice:
        raise DataError(
            where=shown,
            what=f"two columns are called '{twice[0]}'",
            mend="give each column a name of its own",
        )
    if not len(table.rows):
        raise DataError(
            where=shown, what="it has no rows but the header", mend="put the samples below it"
        )
    return table


def _check_room(size: int, shown: str) -> None:
    """Refuse what the memory cannot hold: the system would end the process without a word."""
    if too_much := beyond_memory(size):
        mend = "leave out columns and rows, or take a machine with more memory"
        raise DataError(where=shown, what=too_much, mend=mend)


def _check_signature(path: Path, entry: TaskEntry, shown: str) -> None:
    with path.open("rb") as file:
        start = file.read(8)
    for sign, (what, mend) in SIGNATURES.items():
        if start.startswith(sign) and not entry.encoding.lower().startswith("utf-16"):
            raise DataError(where=shown, what=f"it is no csv file but {what}", mend=mend)


def _read_csv(path: Path, entry: TaskEntry, shown: str) -> OwnTable:
    import pandas as pd

    try:
        separator = entry.separator or _separator(path, entry, shown)
        content = pd.read_csv(
            path, sep=separator, header=None, dtype="str", keep_default_na=False,
            skip_blank_lines=False, encoding=_codec(entry),
            engine="c" if len(separator) == 1 else "python",
        )  # fmt: skip
    except UnicodeError as fault:
        raise DataError(
            where=shown,
            what=f"it is no text in {entry.encoding}: {fault}",
            mend="set the `encoding`, such as latin-1 or cp1252; or save the file as UTF-8",
        ) from fault
    except pd.errors.EmptyDataError as fault:
        raise DataError(
            where=shown, what="it is empty", mend="put a header and the samples into it"
        ) from fault
    except (pd.errors.ParserError, ValueError, OSError) as fault:
        raise DataError(
            where=shown,
            what=f"it is no csv table: {_said(fault)}",
            mend="give each row as many fields as the header has, and close all quotes; if another"
            " character separates the columns, set it as `separator`",
        ) from fault
    names = [
        str(name).strip() or f"Unnamed: {number}" for number, name in enumerate(content.iloc[0])
    ]
    rows = np.arange(1, len(content) + 1) + _lines_within(content, path)
    frame = content.iloc[1:].set_axis(names, axis=1)
    filled = ~(frame == "").all(axis=1).to_numpy()
    table = OwnTable(shown, frame.reset_index(drop=True), rows[1:])
    return table.take(filled)


def _codec(entry: TaskEntry) -> str:
    """Return the encoding; in UTF-8 a byte order mark at the start is no part of the text."""
    return "utf-8-sig" if entry.encoding.lower() in ("utf-8", "utf8") else entry.encoding


def _said(fault: Exception) -> str:
    """Return what pandas says, with lines counted as an editor counts them."""
    text = str(fault).strip()
    found = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", text)
    if not found:
        return text
    expected, line, seen = found.groups()
    return f"row {line} has {seen} fields, the header {expected}"


def line_breaks(path: Path) -> int:
    """Return how many line breaks a file has."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(2**20), b""))


def _lines_within(content: "pandas.DataFrame", path: Path) -> Int[np.ndarray, " n"]:
    """Return how many line breaks stand within the cells above each row."""
    if line_breaks(path) <= len(content):
        return np.zeros(len(content), np.int64)
    breaks = sum(content[name].str.count("\n").to_numpy(np.int64) for name in content)
    return np.concatenate([[0], np.cumsum(breaks)[:-1]])


def _separator(path: Path, entry: TaskEntry, shown: str) -> str:
    """Return the separator of the header's columns, and log it if it is not a comma."""
    with path.open(encoding=_codec(entry)) as file:
        header = re.sub(r'"[^"]*"', "", file.readline(LONGEST_HEADER))
    counts = {sign: header.count(sign) for sign in SEPARATORS}
    found = max(counts, key=lambda sign: counts[sign])
    if counts[found] and found != ",":
        log.info("%s: %s separates the columns", shown, SEPARATORS[found])
    return found


def _read_parquet(path: Path, shown: str) -> OwnTable:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet

    faults = (*READER_FAULTS, pa.ArrowException)
    with reading(shown, "it is no parquet file", *faults, mend="mend the file or `format`"):
        metadata = pa.parquet.read_metadata(path)
        # A value takes a byte at least.
        _check_room(metadata.num_rows * metadata.num_columns, shown)
        content = pd.read_parquet(path)
    return table_of(content, shown)


def table_of(content: "pandas.DataFrame", shown: str) -> OwnTable:
    """Return a frame in memory as a table: each column numbers, dates or texts."""
    import pandas as pd

    columns: list[Any] = [
        _typed(content.iloc[:, number], shown) for number in range(content.shape[1])
    ]
    frame = pd.concat(columns, axis=1) if columns else pd.DataFrame()
    return OwnTable(shown, frame.reset_index(drop=True), np.arange(len(frame)))


def _typed(column: "pandas.Series", shown: str) -> "pandas.Series":
    """Return a column of a parquet file as numbers, dates or texts; a gap among texts is empty."""
    import pandas as pd

    kinds, name = pd.api.types, str(column.name)
    if kinds.is_complex_dtype(column):
        raise _no_cells(shown, name, "complex numbers", "give real and imaginary parts as columns")
    if kinds.is_bool_dtype(column) or isinstance(column.dtype, pd.CategoricalDtype):
        texts = column.astype(object).map(str, na_action="ignore")
        return texts.astype("str").fillna("").rename(name)
    if kinds.is_numeric_dtype(column):
        return column.astype("float64").rename(name)
    if kinds.is_datetime64_any_dtype(column):
        return column.rename(name)
    known = column.dropna()
    if known.map(lambda value: isinstance(value, list | dict | tuple | np.ndarray | bytes)).any():
        kind = type(known.iloc[0]).__name__
        raise _no_cells(shown, name, f"values of type {kind}", "give each number a column")
    try:
        return pd.to_numeric(known).reindex(column.index).astype("float64").rename(name)
    except (ValueError, TypeError):
        return column.map(str, na_action="ignore").astype("str").fillna("").rename(name)


def _no_cells(shown: str, name: str, what: str, mend: str) -> DataError:
    return DataError(
        where=f"{shown}, column '{name}'",
        what=f"it holds {what}",
        mend=f"{mend}, or leave it out with `drop`",
    )
