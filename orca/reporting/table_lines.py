"""A filled table as lines of text: what Markdown, LaTeX and HTML have in common."""

from dataclasses import dataclass
from typing import Literal

from orca.reporting.filled_table import FilledTable, TableCell

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


@dataclass(frozen=True)
class TextLine:
    """One line: its headings, then a cell for each column."""

    headings: tuple[str, ...]
    cells: tuple[TextCell, ...]
    whose: Literal["ours", "theirs", "summary"]
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
    metrics = any(row.metric_title for row in table.rows)
    seeds = any(row.seeds for row in table.rows)
    shown = (True, metrics, both, seeds)
    titles = _chosen((table.row_title, "metric", "whose", "n"), shown)

    lines = []
    for r, (row, cells) in enumerate(zip(table.rows, table.cells, strict=True)):
        if table.has_theirs:
            texts = tuple(_theirs(cell, (r, c)) for c, cell in enumerate(cells))
            headings = _chosen((row.title, row.metric_title, "paper", ""), shown)
            lines.append(TextLine(headings, texts, "theirs", row.group))
        if table.has_ours:
            texts = tuple(_ours(cell, (r, c)) for c, cell in enumerate(cells))
            first = ("", "") if both else (row.title, row.metric_title)
            headings = _chosen((*first, "ours", str(row.seeds or "")), shown)
            lines.append(TextLine(headings, texts, "ours", row.group))
    for summary in table.summary:
        texts = tuple(
            TextCell(text, sort=value)
            for text, value in zip(summary.text, summary.values, strict=True)
        )
        whose = "paper" if summary.whose == "theirs" else "ours"
        headings = _chosen((summary.title, "", whose, ""), shown)
        lines.append(TextLine(headings, texts, "summary"))
    columns = [
        f"{head.title} ({head.metric_title})" if head.metric_title else head.title
        for head in table.columns
    ]
    return TextTable((*titles, *columns), len(titles), tuple(lines))


def _chosen(texts: tuple[str, ...], shown: tuple[bool, ...]) -> tuple[str, ...]:
    return tuple(text for text, keep in zip(texts, shown, strict=True) if keep)


def _theirs(cell: TableCell, place: tuple[int, int]) -> TextCell:
    if cell.theirs is None:
        return TextCell("–", place=place)
    return TextCell(cell.theirs.text, cell.theirs.best, sort=cell.theirs.value, place=place)


def _ours(cell: TableCell, place: tuple[int, int]) -> TextCell:
    if cell.ours is None:
        return TextCell("–", place=place)
    verdict = cell.verdict.verdict if cell.verdict else ""
    return TextCell(
        cell.ours.text,
        cell.ours.best,
        cell.ours.remark,
        MARKS[verdict][0] if verdict in MARKS else "",
        sort=cell.ours.mean,
        place=place,
        state=verdict or cell.ours.status,
    )


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
