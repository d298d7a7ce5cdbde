"""Writes a filled table as CSV and Markdown; other formats are in `latex` and `page`."""

import csv
import io

from orca.reporting.cells import TableData
from orca.reporting.names import PAPERS
from orca.reporting.text_table import TextCell, as_text, legend, verdict_line

CSV_COLUMNS = (
    "row", "column", "metric", "direction", "body", "status", "mean", "std", "n",
    "published", "published_std", "published_text", "verdict", "difference", "ratio", "margin",
    "p_different", "p_equivalent",
)  # fmt: skip


def to_csv(table: TableData) -> str:
    """Return one line for each cell, with full digits; empty where there is nothing."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for row, cells in zip(table.rows, table.cells, strict=True):
        for column, cell in zip(table.columns, cells, strict=True):
            ours, theirs, verdict = cell.ours, cell.theirs, cell.verdict
            values: list[object] = [row.name, column.name, cell.metric, cell.direction, cell.body]
            values += [getattr(ours, field, None) for field in ("status", "mean", "std", "n")]
            values += [getattr(theirs, field, None) for field in ("value", "std", "text")]
            values += [
                getattr(verdict, field, None)
                for field in CSV_COLUMNS[CSV_COLUMNS.index("verdict") :]
            ]
            writer.writerow(["" if value is None else value for value in values])
    return out.getvalue()


def heading(table: TableData) -> str:
    """Return the title, with the table's number in its paper."""
    where = [PAPERS.get(table.paper, table.paper), f"Table {table.number}" if table.number else ""]
    place = ", ".join(filter(None, where))
    return f"{place}. {table.title}" if table.number else table.title


def short_heading(table: TableData) -> str:
    """Return the table's number in its paper, or its title up to a colon."""
    full = heading(table)
    return full.partition(". ")[0] if table.number else full.partition(":")[0]


def to_markdown(table: TableData) -> str:
    """Return the table with its columns padded, so that it reads well in a terminal too."""
    text = as_text(table)
    rows = [list(text.titles)]
    group = ""
    for line in text.lines:
        if line.group and line.group != group:
            rows.append([f"*{line.group}*", *[""] * (len(text.titles) - 1)])
        group = line.group
        rows.append([*line.headings, *map(_markdown, line.cells)])
    rows = [[place.replace("|", "\\|") for place in row] for row in rows]
    left = len(text.titles) if table.textual else text.headings
    widths = [max(3, *(len(row[i]) for row in rows)) for i in range(len(text.titles))]

    def joined(row: list[str]) -> str:
        padded = [
            place.ljust(width) if i < left else place.rjust(width)
            for i, (place, width) in enumerate(zip(row, widths, strict=True))
        ]
        return f"| {' | '.join(padded)} |"

    rule = ["-" * width if i < left else "-" * (width - 1) + ":" for i, width in enumerate(widths)]
    body = [joined(rows[0]), f"| {' | '.join(rule)} |", *map(joined, rows[1:])]
    parts = [f"# {heading(table)}", "\n".join(body)]
    signs = list(filter(None, (verdict_line(table), legend(table))))
    if signs:
        parts.append("  \n".join(signs))
    if table.caption:
        parts.append(table.caption)
    if table.notes:
        parts.append("\n".join(f"- {note}" for note in table.notes))
    return "\n\n".join(parts) + "\n"


def _markdown(cell: TextCell) -> str:
    text = f"**{cell.text}**" if cell.strong else cell.text
    return " ".join(filter(None, (text, cell.remark and f"({cell.remark})", cell.mark)))
