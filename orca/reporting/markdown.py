"""Writes a filled table as Markdown."""

from orca.reporting.filled_table import FilledTable
from orca.reporting.table_lines import TextCell, as_text, legend, verdict_line


def to_markdown(table: FilledTable) -> str:
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
    parts = [f"# {table.heading}", "\n".join(body)]
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
