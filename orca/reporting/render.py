"""Writes a filled table as CSV, Markdown and LaTeX; HTML is in `orca.reporting.page`."""

import csv
import io
import re

from orca.reporting.cells import TableData
from orca.reporting.grid import Grid, Line, Piece, as_grid, legend, verdict_line
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
    return f"{text} {piece.mark}" if piece.mark else text


LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "±": r"$\pm$", "–": "--", "↓": r"$\downarrow$", "↑": r"$\uparrow$", "≠": r"$\neq$",
    "▲": r"$\blacktriangle$", "▼": r"$\blacktriangledown$", "✗": r"$\times$", "τ": r"$\tau$",
    "×": r"$\times$", "·": r"$\cdot$", "≤": r"$\leq$", "→": r"$\rightarrow$", "…": r"\ldots{}",
    "<": r"$<$", ">": r"$>$", "β": r"$\beta$", "²": r"$^2$", "✓": r"$\checkmark$",
}  # fmt: skip


def escape_latex(text: str) -> str:
    """Return text with LaTeX's own signs, and those beyond ASCII that we use, spelt out."""
    return re.sub(r"[^\w\s]|_|²|β|τ", lambda found: LATEX.get(found[0], found[0]), text)


def to_latex(table: TableData) -> str:
    r"""Return a `table` environment; it needs the packages booktabs and amssymb."""
    grid = as_grid(table)
    columns = "l" * grid.headings + ("l" if table.textual else "r") * len(table.columns)
    label = table.name.replace("_", "-")
    lines = [
        "% needs \\usepackage{booktabs,amssymb}",
        r"\begin{table}",
        r"  \centering\footnotesize\setlength{\tabcolsep}{4pt}",
        f"  \\caption{{{escape_latex(heading(table))}}}\\label{{tab:{label}}}",
        f"  \\begin{{tabular}}{{{columns}}}",
        r"    \toprule",
        f"    {' & '.join(escape_latex(title) for title in grid.titles)} \\\\",
        r"    \midrule",
        *_latex_body(grid),
        r"    \bottomrule",
        r"  \end{tabular}",
    ]
    below = [text for text in (verdict_line(table), legend(table), table.caption) if text]
    if below:
        lines.append(f"  \\par\\smallskip {escape_latex(' '.join(below))}")
    return "\n".join([*lines, r"\end{table}"]) + "\n"


def _latex_body(grid: Grid) -> list[str]:
    lines: list[str] = []
    before: Line | None = None
    for line in grid.lines:
        if before and (line.group, line.whose == "summary") != (
            before.group,
            before.whose == "summary",
        ):
            lines.append(r"    \midrule")
        if line.group and (before is None or line.group != before.group):
            lines.append(f"    \\emph{{{escape_latex(line.group)}}} \\\\")
        texts = [escape_latex(text) for text in line.headings]
        texts += [_latex(piece) for piece in line.pieces]
        lines.append(f"    {' & '.join(texts)} \\\\")
        before = line
    return lines


def _latex(piece: Piece) -> str:
    text = escape_latex(piece.text)
    text = f"\\textbf{{{text}}}" if piece.strong else text
    return f"{text} {escape_latex(piece.mark)}" if piece.mark else text
