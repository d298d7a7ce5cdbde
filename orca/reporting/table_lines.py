"""A filled table as lines of text: what Markdown, LaTeX and HTML have in common."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import compress
from typing import Literal

from orca.reporting.filled_table import FilledTable, TableCell, Whose

MARKS = {  # sign and meaning of each verdict that has one
    "reproduced": ("=", "reproduced"),
    "better": ("▲", "better than published"),
    "worse": ("▼", "worse than published"),
    "too few runs": ("?", "too few runs to tell"),
    "not comparable": ("⊘", "not comparable"),
    "failed": ("✗", "failed"),
}


@dataclass(frozen=True)
class TextCell:
    """The text of one place in the table.

    Args:
        text: without any markup.
        strong: whether none in the line is better.
        remark: what stands beside the text, in brackets.
        mark: sign of the verdict; empty for none.
        sort: what the column is sorted by.
        place: (row, column) of the cell that it shows; None in a summary.
        state: the cell's verdict or status, for colours.
    """

    text: str
    strong: bool = False
    remark: str = ""
    mark: str = ""
    sort: float | None = None
    place: tuple[int, int] | None = None
    state: str = ""


Texts = tuple[str, ...]


@dataclass(frozen=True)
class TextLine:
    """One line: its headings, then a cell for each column."""

    headings: tuple[str, ...]
    cells: tuple[TextCell, ...]
    whose: Whose | Literal["summary"]
    group: str = ""


@dataclass(frozen=True)
class TextTable:
    """The whole table as text; `titles` stand over the headings and columns."""

    titles: tuple[str, ...]
    headings: int
    lines: tuple[TextLine, ...]


def as_text(table: FilledTable) -> TextTable:
    """Return the table as lines: for each row the published numbers, then ours."""
    both = table.has_ours and table.has_theirs
    metrics, seeds = (
        any(getattr(r, what) for r in table.rows) for what in ("metric_title", "seeds")
    )
    shown = (True, metrics, both, seeds)

    def line(
        whose: Whose | Literal["summary"],
        headings: Texts,
        cells: Iterable[TextCell],
        group: str = "",
    ) -> None:
        lines.append(TextLine(tuple(compress(headings, shown)), tuple(cells), whose, group))

    lines: list[TextLine] = []
    for r, (row, cells) in enumerate(zip(table.rows, table.cells, strict=True)):
        if table.has_theirs:
            texts = (_theirs(cell, (r, c)) for c, cell in enumerate(cells))
            line("theirs", (row.title, row.metric_title, "paper", ""), texts, row.group)
        if table.has_ours:
            first = ("", "") if both else (row.title, row.metric_title)
            texts = (_ours(cell, (r, c)) for c, cell in enumerate(cells))
            line("ours", (*first, "ours", str(row.seeds or "")), texts, row.group)
    for summary in table.summary:
        texts = (TextCell(t, sort=v) for t, v in zip(summary.text, summary.values, strict=True))
        whose = "paper" if summary.whose == "theirs" else "ours"
        line("summary", (summary.title, "", whose, ""), texts)
    titles = tuple(compress((table.row_title, "metric", "whose", "n"), shown))
    columns = (
        f"{head.title} ({head.metric_title})" if head.metric_title else head.title
        for head in table.columns
    )
    return TextTable((*titles, *columns), len(titles), tuple(lines))


def _theirs(cell: TableCell, place: tuple[int, int]) -> TextCell:
    theirs = cell.theirs
    if theirs is None:
        return TextCell("–", place=place)
    return TextCell(theirs.text, theirs.best, sort=theirs.value, place=place)


def _ours(cell: TableCell, place: tuple[int, int]) -> TextCell:
    ours = cell.ours
    if ours is None:
        return TextCell("–", place=place)
    state = cell.verdict.verdict if cell.verdict else ours.status
    mark, _ = MARKS.get(state, ("", "")) if cell.verdict else ("", "")
    return TextCell(ours.text, ours.best, ours.remark, mark, ours.mean, place, state)


def legend(table: FilledTable) -> str:
    """Return what the marks in the table mean; empty if there are none."""
    return ", ".join(
        f"{mark} {meaning}"
        for verdict, (mark, meaning) in MARKS.items()
        if table.verdicts.get(verdict)
    )


def verdict_line(table: FilledTable) -> str:
    """Return how many cells reproduced a published number; empty if none has one."""
    if not table.verdicts:
        return ""
    counts = dict(table.verdicts)
    line = f"{counts.pop('reproduced', 0)} of {sum(table.verdicts.values())} cells reproduced"
    others = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    return f"{line}; {others}." if others else f"{line}."
