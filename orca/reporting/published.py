"""The papers' numbers: one row of a CSV file for each printed number, checked as it is read."""

import csv
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from orca.declarations import nearest
from orca.errors import ResultsError
from orca.reporting.table_records import PublishedResult

KEY = ("paper", "table", "benchmark", "task", "metric", "method", "body")
FACTS = {  # what the rows of each are about
    "task_metadata.csv": "task",
    "approaches.csv": "approach",
}


def _finite(digits: str) -> str:
    if not math.isfinite(float(digits)):
        raise ValueError("must be a finite number")
    return digits


Digits = Annotated[str, AfterValidator(_finite)]


class PublishedNumber(BaseModel):
    """One published number, its digits and those of its spread kept as printed.

    Args:
        task: its name as we declare it, or that of an aggregate.
        metric: its name; where resolutions belong to it, with them.
        method: our name, where we have it.
        body: pretrained body, `none` or `not_stated`.
        note: what a reader must know.
        source: where it was seen, if not in the paper itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    paper: str
    table: str
    benchmark: str
    task: str
    metric: str
    direction: Literal["lower", "higher"]
    method: str
    body: str
    value: Digits
    std: Literal[""] | Digits
    note: str
    source: str = ""

    @property
    def number(self) -> float:
        """The printed value as a number."""
        return float(self.value)


@dataclass(frozen=True)
class PublishedNumbers:
    """All numbers of a folder of CSV files, and the facts about tasks and approaches in it."""

    numbers: tuple[PublishedNumber, ...]
    folder: Path

    def where(self, **columns: str) -> list[PublishedNumber]:
        """Return the numbers whose columns have these values; an empty value matches any."""
        asked = {column: value for column, value in columns.items() if value}
        task = asked.get("task")
        return [
            number
            for number in (self._by_task[task] if task else self.numbers)
            if all(getattr(number, column) == value for column, value in asked.items())
        ]

    @cached_property
    def _by_task(self) -> dict[str, list[PublishedNumber]]:
        """The numbers of each task, since every cell of every table asks for one of them."""
        found = defaultdict(list)
        for number in self.numbers:
            found[number.task].append(number)
        return found

    def find(self, key: Mapping[str, str]) -> PublishedNumber | None:
        """Return the one number that `key` picks, or None.

        Raises:
            ResultsError: if it picks several.
        """
        found = self.where(**key)
        if len(found) > 1:
            raise ResultsError(
                where=", ".join(f"{column}={value}" for column, value in key.items() if value),
                what=f"{len(found)} published numbers match: "
                + "; ".join(f"{number.metric}, {number.body}" for number in found),
                mend="name the metric or the body in `published` of the table's row or column",
            )
        return found[0] if found else None

    def result(
        self, number: PublishedNumber | None, twin: Mapping[str, str] | None, unpublished: str
    ) -> PublishedResult:
        """Return what a cell shows of a number, or of there being none.

        The twin is the key of the same number in a table that prints its spread.
        """
        if number is None:
            return PublishedResult(text=unpublished)
        other = self.find(twin) if twin and not number.std else None
        spread = number.std or (other.std if other else "")
        return PublishedResult(
            value=number.number,
            std=float(spread) if spread else None,
            text=f"{number.value} ± {number.std}" if number.std else number.value,
            body=number.body,
            source=number.source or f"Table {number.table}",
            note=number.note,
        )

    def facts(self, table: str, row: str) -> Mapping[str, str]:
        """Return what a row of a paper's table says, by column; nothing if it is not there.

        Raises:
            ResultsError: if a file of `FACTS` is missing.
        """
        return self._facts.get((table, row), {})

    @cached_property
    def _facts(self) -> dict[tuple[str, str], dict[str, str]]:
        facts: dict[tuple[str, str], dict[str, str]] = {}
        for name, about in FACTS.items():
            path = self.folder / name
            if not path.exists():
                raise ResultsError(
                    where=str(path),
                    what=f"there are no published facts on any {about}",
                    mend="point `published` at config/published of this repository",
                )
            with path.open(newline="", encoding="utf-8") as file:
                facts |= {(row["table"], row[about]): row for row in csv.DictReader(file)}
        return facts


def printed_fact(text: str) -> PublishedResult:
    """Return what a cell shows of a printed fact, with its number if it is one."""
    try:
        value = float(text)
    except ValueError:
        value = None
    return PublishedResult(text=text.replace("_", " ") or "–", value=value)


def read_published(folder: Path) -> PublishedNumbers:
    """Read the numbers in every `*_results.csv` under `folder`.

    Raises:
        ResultsError: if a file has a wrong column, a row is no number, or a key stands twice.
    """
    if not folder.is_dir():
        raise ResultsError(
            where=str(folder),
            what="there is no such folder of published numbers",
            mend="point `published` at config/published of this repository",
        )
    numbers: list[PublishedNumber] = []
    seen: dict[tuple[str, ...], str] = {}
    for path in sorted(folder.glob("*_results.csv")):
        for line, number in _rows(path):
            place = f"{path}, line {line}"
            key = tuple(getattr(number, column) for column in KEY)
            if key in seen:
                raise ResultsError(
                    where=place,
                    what=f"the same number stands in {seen[key]} too ({', '.join(filter(None, key))})",
                    mend="remove one of the two rows",
                )
            seen[key] = place
            numbers.append(number)
    return PublishedNumbers(tuple(numbers), folder)


def _rows(path: Path) -> Iterator[tuple[int, PublishedNumber]]:
    with path.open(newline="") as file:
        reader = csv.DictReader(file, strict=True)
        _check_columns(path, list(reader.fieldnames or []))
        for row in reader:
            try:
                number = PublishedNumber.model_validate(row)
            except ValidationError as fault:
                first = fault.errors()[0]
                column = first["loc"][0] if first["loc"] else "row"
                raise ResultsError(
                    where=f"{path}, line {reader.line_num}, column {column}",
                    what=f"{first['msg']} (it holds {first['input']!r})",
                    mend="correct the row: value and std are digits as printed, std empty if absent; "
                    "leave the row out where nothing is printed",
                ) from fault
            yield reader.line_num, number


def _check_columns(path: Path, columns: list[str]) -> None:
    known = list(PublishedNumber.model_fields)
    unknown = [column for column in columns if column not in known]
    missing = [column for column in known if column not in (*columns, "source")]
    if unknown:
        what, mend = f"there is no column '{unknown[0]}'", nearest(unknown[0], known)
    elif missing:
        what = f"the column '{missing[0]}' is missing"
        mend = f"the header must have: {','.join(known[:-1])}"
    if unknown or missing:
        raise ResultsError(where=f"{path}, line 1", what=what, mend=mend)
