"""A filled table as lines of text: what Markdown, LaTeX and HTML have in common."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import compress
from typing import Any, Literal

from orca.reporting.table_records import FilledTable, TableCell, Whose

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
    """The text of one place in the table, without any markup.

    Args:
        strong: whether none in the line is better.
        remark: what stands beside the text, in brackets.
        mark: sign of the verdict; empty for none.
        sort: what the column is sorted by.
        state: the cell's verdict or status, for colours.
    """

    text: str
    strong: bool = False
    remark: str = ""
    mark: str = ""
    sort: float | None = None
    state: str = ""


Texts = tuple[str, ...]
Cells = Iterable[TextCell]


@dataclass(frozen=True)
class TextLine:
    """One line: its headings, then a cell for each column; `row` is the table's, -1 in a summary."""

    headings: tuple[str, ...]
    cells: tuple[TextCell, ...]
    whose: Whose | Literal["summary"]
    row: int = -1
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

    def line(whose: Whose | Literal["summary"], headings: Texts, cells: Cells, **row: Any) -> None:
        lines.append(TextLine(tuple(compress(headings, shown)), tuple(cells), whose, **row))

    lines: list[TextLine] = []
    for number, (row, cells) in enumerate(zip(table.rows, table.cells, strict=True)):
        of_row: dict[str, Any] = {"row": number, "group": row.group}
        if table.has_theirs:
            line(
                "theirs", (row.title, row.metric_title, "paper", ""), map(_theirs, cells), **of_row
            )
        if table.has_ours:
            first = ("", "") if both else (row.title, row.metric_title)
            line("ours", (*first, "ours", str(row.seeds or "")), map(_ours, cells), **of_row)
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


def _theirs(cell: TableCell) -> TextCell:
    theirs = cell.theirs
    return TextCell(theirs.text, theirs.best, sort=theirs.value) if theirs else TextCell("–")


def _ours(cell: TableCell) -> TextCell:
    ours = cell.ours
    if ours is None:
        return TextCell("–")
    if cell.verdict is None:
        return TextCell(ours.text, ours.best, ours.remark, "", ours.mean, ours.status)
    verdict = cell.verdict.verdict
    mark, _ = MARKS.get(verdict, ("", ""))
    return TextCell(ours.text, ours.best, ours.remark, mark, ours.mean, verdict)


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
