"""Writes a filled table as CSV and Markdown; other formats are in `latex` and `page`."""

import csv
import io

from orca.reporting.cells import TableData
from orca.reporting.grid import Piece, as_grid, legend, verdict_line
from orca.reporting.names import PAPERS

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
    grid = as_grid(table)
    rows = [list(grid.titles)]
    group = ""
    for entry in grid.lines:
        if entry.group and entry.group != group:
            rows.append([f"*{entry.group}*", *[""] * (len(grid.titles) - 1)])
        group = entry.group
        rows.append([*entry.headings, *(_markdown(piece) for piece in entry.pieces)])
    rows = [[text.replace("|", "\\|") for text in row] for row in rows]
    left = len(grid.titles) if table.textual else grid.headings
    widths = [max(3, *(len(row[i]) for row in rows)) for i in range(len(grid.titles))]

    def line(row: list[str]) -> str:
        padded = [
            text.ljust(width) if i < left else text.rjust(width)
            for i, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        return f"| {' | '.join(padded)} |"

    rule = ["-" * width if i < left else "-" * (width - 1) + ":" for i, width in enumerate(widths)]
    body = [line(rows[0]), f"| {' | '.join(rule)} |", *map(line, rows[1:])]
    parts = [f"# {heading(table)}", "\n".join(body)]
    signs = [text for text in (verdict_line(table), legend(table)) if text]
    if signs:
        parts.append("  \n".join(signs))
    if table.caption:
        parts.append(table.caption)
    if table.notes:
        parts.append("\n".join(f"- {note}" for note in table.notes))
    return "\n\n".join(parts) + "\n"


def _markdown(piece: Piece) -> str:
    text = f"**{piece.text}**" if piece.strong else piece.text
    return " ".join(filter(None, (text, piece.remark and f"({piece.remark})", piece.mark)))
