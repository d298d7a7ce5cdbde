"""A filled table as lines of text: what Markdown, LaTeX and HTML have in common."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from orca.reporting.cells import OF_FACTS, Cell, TableData

Whose = Literal["ours", "theirs", "summary"]
MARKS = {
    "reproduced": "=",
    "better": "▲",
    "worse": "▼",
    "too few runs": "?",
    "not comparable": "⊘",
    "not run": "",
    "failed": "✗",
    "agrees": "=",
    "differs": "≠",
    "not known": "",
}
LEGEND = {
    "reproduced": "reproduced",
    "better": "better than published",
    "worse": "worse than published",
    "too few runs": "too few runs to tell",
    "not comparable": "not comparable",
    "failed": "failed",
    "agrees": "agrees",
    "differs": "differs",
}


@dataclass(frozen=True)
class Piece:
    """The text of one place in the table.

    Args:
        text: without any markup.
        strong: whether none in the line is better.
        remark: what stands beside the text, in brackets.
        mark: sign of the verdict; empty for none.
        sort: what the column is sorted by.
        cell: the cell it belongs to, by (row, column); None in headings.
        state: the cell's verdict or status, for colours.
    """

    text: str
    strong: bool = False
    remark: str = ""
    mark: str = ""
    sort: float | None = None
    cell: tuple[int, int] | None = None
    state: str = ""


@dataclass(frozen=True)
class Line:
    """One line: its headings, then a piece for each column."""

    headings: tuple[str, ...]
    pieces: tuple[Piece, ...]
    whose: Whose
    group: str = ""


@dataclass(frozen=True)
class Grid:
    """The whole table as text; `titles` stand over the headings and columns."""

    titles: tuple[str, ...]
    headings: int
    lines: tuple[Line, ...]


def as_grid(table: TableData) -> Grid:
    """Return the table as lines: for each row the published numbers, then ours."""
    both = table.has_ours and table.has_theirs
    metrics = any(row.metric_title for row in table.rows)
    seeds = any(row.seeds for row in table.rows)
    shown = (True, metrics, both, seeds)
    titles = _chosen((table.row_title, "metric", "whose", "n"), shown)

    lines = []
    for r, (row, cells) in enumerate(zip(table.rows, table.cells, strict=True)):
        if table.has_theirs:
            pieces = tuple(_theirs(cell, (r, c)) for c, cell in enumerate(cells))
            headings = _chosen((row.title, row.metric_title, "paper", ""), shown)
            lines.append(Line(headings, pieces, "theirs", row.group))
        if table.has_ours:
            pieces = tuple(_ours(cell, (r, c)) for c, cell in enumerate(cells))
            first = ("", "") if both else (row.title, row.metric_title)
            headings = _chosen((*first, "ours", str(row.seeds or "")), shown)
            lines.append(Line(headings, pieces, "ours", row.group))
    for summary in table.summary:
        pieces = tuple(
            Piece(text, sort=value)
            for text, value in zip(summary.text, summary.values, strict=True)
        )
        whose = "paper" if summary.whose == "theirs" else "ours"
        headings = _chosen((summary.title, "", whose, ""), shown)
        lines.append(Line(headings, pieces, "summary"))
    columns = [
        f"{head.title} ({head.metric_title})" if head.metric_title else head.title
        for head in table.columns
    ]
    return Grid((*titles, *columns), len(titles), tuple(lines))


def _chosen(texts: tuple[str, ...], shown: tuple[bool, ...]) -> tuple[str, ...]:
    return tuple(text for text, keep in zip(texts, shown, strict=True) if keep)


def _theirs(cell: Cell, place: tuple[int, int]) -> Piece:
    if cell.theirs is None:
        return Piece("–", cell=place)
    return Piece(cell.theirs.text, cell.theirs.best, sort=cell.theirs.value, cell=place)


def _ours(cell: Cell, place: tuple[int, int]) -> Piece:
    if cell.ours is None:
        return Piece("–", cell=place)
    verdict = cell.verdict.verdict if cell.verdict else ""
    return Piece(
        cell.ours.text,
        cell.ours.best,
        cell.ours.remark,
        MARKS.get(verdict, ""),
        sort=cell.ours.mean,
        cell=place,
        state=verdict or cell.ours.status,
    )


def legend(table: TableData) -> str:
    """Return what the marks in the table mean; empty if there are none."""
    used = [verdict for verdict in LEGEND if table.verdicts.get(verdict)]
    return ", ".join(f"{MARKS[verdict]} {LEGEND[verdict]}" for verdict in used)


def verdict_line(table: TableData) -> str:
    """Return how many cells reproduced, and how many facts agree; empty if none could."""
    facts: dict[str, int] = {
        name: count for name, count in table.verdicts.items() if name in OF_FACTS
    }
    numbers: dict[str, int] = {
        name: count for name, count in table.verdicts.items() if name not in OF_FACTS
    }
    parts = (
        _counts(numbers, "reproduced", "cells reproduced"),
        _counts(facts, "agrees", "facts agree"),
    )
    return " ".join(filter(None, parts))


def _counts(verdicts: Mapping[str, int], best: str, words: str) -> str:
    """Return how many verdicts are the best one, and how many are each of the others."""
    others = [f"{count} {verdict}" for verdict, count in verdicts.items() if verdict != best]
    said = f"{verdicts.get(best, 0)} of {sum(verdicts.values())} {words}"
    return f"{'; '.join(filter(None, (said, ', '.join(others))))}." if verdicts else ""
