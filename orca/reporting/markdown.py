"""Writes a filled table as Markdown."""

from collections.abc import Sequence
from itertools import groupby

from orca.reporting.table_lines import TextCell, as_text, legend, verdict_line
from orca.reporting.table_records import FilledTable


def to_markdown(table: FilledTable) -> str:
    """Return the table with its columns padded, so that it reads well in a terminal too."""
    text = as_text(table)
    rows = [list(text.titles)]
    for group, block in groupby(text.lines, lambda line: line.group):
        rows += [[f"*{group}*", *[""] * (len(text.titles) - 1)]] * bool(group)
        rows += [[*line.headings, *map(_markdown, line.cells)] for line in block]
    rows = [[_escaped(place).replace("|", "\\|") for place in row] for row in rows]
    left = len(text.titles) if table.textual else text.headings
    parts = [
        f"# {_escaped(table.heading)}",
        "\n".join(aligned(rows, left)),
        "  \n".join(filter(None, (verdict_line(table), legend(table)))),
        _escaped(table.caption),
        "\n".join(f"- {_escaped(note)}" for note in table.notes),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _escaped(text: str) -> str:
    """Return a text in which no HTML can begin."""
    return text.replace("<", "\\<")


def _markdown(cell: TextCell) -> str:
    text = f"**{cell.text}**" if cell.strong else cell.text
    return " ".join(filter(None, (text, cell.remark and f"({cell.remark})", cell.mark)))


def aligned(rows: Sequence[Sequence[str]], left: int) -> list[str]:
    """Return a Markdown table's lines, padded; its first row is the heading.

    The first `left` columns stand to the left, the others to the right.
    """
    widths = [max(3, *map(len, column)) for column in zip(*rows, strict=True)]
    rule = ["-" * width if i < left else "-" * (width - 1) + ":" for i, width in enumerate(widths)]
    lines = (
        " | ".join(
            place.ljust(width) if i < left else place.rjust(width)
            for i, (place, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in (rows[0], rule, *rows[1:])
    )
    return [f"| {line} |" for line in lines]
