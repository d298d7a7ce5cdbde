"""Writes a filled table as LaTeX, no wider than the page that it is put on."""

import re

from orca.reporting.cells import TableData
from orca.reporting.grid import Grid, Line, Piece, as_grid, legend, verdict_line
from orca.reporting.render import heading

PACKAGES = "booktabs,amssymb,array,graphicx,longtable"
MOST_LINES = 50  # of a page in footnotes' size
LINE_LENGTH = 94  # characters of a line in the size of scripts
MOST_LENGTH = 60  # of a text, in characters, that makes its column wider
LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "±": r"$\pm$", "–": "--", "↓": r"$\downarrow$", "↑": r"$\uparrow$", "≠": r"$\neq$", "⊘": r"$\oslash$",
    "▲": r"$\blacktriangle$", "▼": r"$\blacktriangledown$", "✗": r"$\times$", "τ": r"$\tau$",
    "×": r"$\times$", "·": r"$\cdot$", "≤": r"$\leq$", "→": r"$\rightarrow$", "…": r"\ldots{}",
    "<": r"$<$", ">": r"$>$", "β": r"$\beta$", "²": r"$^2$", "✓": r"$\checkmark$",
}  # fmt: skip


def escape_latex(text: str) -> str:
    """Return text with LaTeX's own signs, and those beyond ASCII that we use, spelt out."""
    return re.sub(r"[^\w\s]|_|²|β|τ", lambda found: LATEX.get(found[0], found[0]), text)


def to_latex(table: TableData) -> str:
    r"""Return a `table` that shrinks to the width of the line, or for words a `longtable`.

    It needs the packages of its first line, which all belong to LaTeX's base and its tools.
    """
    grid = as_grid(table)
    named = (
        f"\\caption{{{escape_latex(heading(table))}}}\\label{{tab:{table.name.replace('_', '-')}}}"
    )
    below = [text for text in (verdict_line(table), legend(table), table.caption) if text]
    note = f"\\par\\smallskip {escape_latex(' '.join(below))}" if below else ""
    make = _of_words if table.textual else _of_numbers
    return "\n".join([f"% needs \\usepackage{{{PACKAGES}}}", *make(grid, named, note)]) + "\n"


def _of_numbers(grid: Grid, named: str, note: str) -> list[str]:
    columns = "l" * grid.headings + "r" * (len(grid.titles) - grid.headings)
    size = r"\scriptsize" if len(grid.lines) > MOST_LINES else r"\footnotesize"
    return [
        r"\begin{table}",
        rf"  \centering{size}\setlength{{\tabcolsep}}{{4pt}}",
        f"  {named}",
        r"  \resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%",
        rf"  \begin{{tabular}}{{{columns}}}",
        r"    \toprule",
        _row(grid.titles),
        r"    \midrule",
        *_body(grid),
        r"    \bottomrule",
        r"  \end{tabular}}",
        f"  {note}",
        r"\end{table}",
    ]


def _of_words(grid: Grid, named: str, note: str) -> list[str]:
    return [
        r"\begingroup\scriptsize\setlength{\tabcolsep}{3pt}",
        rf"\begin{{longtable}}{{{_columns_of_words(grid)}}}",
        rf"  {named} \\",
        r"    \toprule",
        _row(grid.titles),
        r"    \midrule \endhead",
        r"    \bottomrule \endfoot",
        *(line.replace(r"\_", r"\_\allowbreak{}") for line in _body(grid)),
        r"\end{longtable}",
        note,
        r"\endgroup",
    ]


def _columns_of_words(grid: Grid) -> str:
    """Return columns that hold their longest word, and share what is left of the line by length."""
    rows = [grid.titles, *((*line.headings, *map(_plain, line.pieces)) for line in grid.lines)]
    words, more = [], []
    for texts in zip(*rows, strict=True):
        words.append(2 + max(len(word) for text in texts for word in re.split(r"[\s_-]", text)))
        more.append(min(MOST_LENGTH, max(map(len, texts))))
    rest = max(0, LINE_LENGTH - sum(words)) / sum(more)
    lengths = [word + rest * length for word, length in zip(words, more, strict=True)]
    return "".join(
        rf">{{\raggedright\arraybackslash}}p{{\dimexpr{0.999 * length / sum(lengths):.4f}\linewidth"
        r"-2\tabcolsep\relax}"
        for length in lengths
    )


def _plain(piece: Piece) -> str:
    return f"{piece.text} {piece.mark}"


def _row(texts: tuple[str, ...]) -> str:
    return f"    {' & '.join(map(escape_latex, texts))} \\\\"


def _body(grid: Grid) -> list[str]:
    lines: list[str] = []
    before: Line | None = None
    for line in grid.lines:
        if before and _part(before) != _part(line):
            lines.append(r"    \midrule")
        if line.group and (before is None or line.group != before.group):
            lines.append(f"    \\emph{{{escape_latex(line.group)}}} \\\\")
        texts = [*map(escape_latex, line.headings), *map(_piece, line.pieces)]
        lines.append(f"    {' & '.join(texts)} \\\\")
        before = line
    return lines


def _part(line: Line) -> tuple[str, bool]:
    return line.group, line.whose == "summary"


def _piece(piece: Piece) -> str:
    text = escape_latex(piece.text)
    text = f"\\textbf{{{text}}}" if piece.strong else text
    remark = escape_latex(f"({piece.remark})") if piece.remark else ""
    return " ".join(filter(None, (text, remark, escape_latex(piece.mark))))
