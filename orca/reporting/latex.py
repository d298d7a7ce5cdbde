"""Writes a filled table as LaTeX, no wider than the page that it is put on."""

import re
from itertools import groupby

from orca.reporting.table_lines import TextCell, TextTable, as_text, legend, verdict_line
from orca.reporting.table_records import FilledTable

PACKAGES = "booktabs,amssymb,array,graphicx"
MOST_LINES = 50  # of a page in footnotes' size
LINE_LENGTH = 94  # characters of a line in the size of scripts
MOST_LENGTH = 60  # of a text, in characters, that makes its column wider
LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "±": r"$\pm$", "–": "--", "↓": r"$\downarrow$", "↑": r"$\uparrow$", "⊘": r"$\oslash$",
    "▲": r"$\blacktriangle$", "▼": r"$\blacktriangledown$", "✗": r"$\times$", "τ": r"$\tau$",
    "×": r"$\times$", "·": r"$\cdot$", "≤": r"$\leq$", "→": r"$\rightarrow$", "…": r"\ldots{}",
    "<": r"$<$", ">": r"$>$", "β": r"$\beta$", "²": r"$^2$", "✓": r"$\checkmark$",
}  # fmt: skip


def escape_latex(text: str) -> str:
    """Return text with LaTeX's own signs, and those beyond ASCII that we use, spelt out."""
    return re.sub(r"[^\w\s]|_|²|β|τ", lambda found: LATEX.get(found[0], found[0]), text)


def to_latex(table: FilledTable) -> str:
    r"""Return a `table` that shrinks to the width of the line, or whose columns of words break.

    It needs the packages of its first line, which all belong to LaTeX's base and its tools.
    """
    text = as_text(table)
    columns = "l" * text.headings + "r" * (len(text.titles) - text.headings)
    small = table.textual or len(text.lines) > MOST_LINES
    size = r"\scriptsize" if small else r"\footnotesize"
    below = [part for part in (verdict_line(table), legend(table), table.caption) if part]
    return "\n".join(
        [
            rf"% needs \usepackage{{{PACKAGES}}}",
            r"\begin{table}",
            rf"  \centering{size}\setlength{{\tabcolsep}}{{4pt}}",
            rf"  \caption{{{escape_latex(table.heading)}}}"
            rf"\label{{tab:{table.name.replace('_', '-')}}}",
            r"  \resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%",
            rf"  \begin{{tabular}}{{{_columns_of_words(text) if table.textual else columns}}}",
            r"    \toprule",
            rf"    {' & '.join(map(escape_latex, text.titles))} \\",
            r"    \midrule",
            *_body(text),
            r"    \bottomrule",
            r"  \end{tabular}}",
            *([rf"  \par\smallskip {escape_latex(' '.join(below))}"] if below else []),
            r"\end{table}",
            "",
        ]
    )


def _columns_of_words(text: TextTable) -> str:
    """Return columns that hold their longest word, and share what is left of the line by length."""
    rows = [text.titles]
    rows += [
        (*line.headings, *(f"{cell.text} {cell.mark}" for cell in line.cells))
        for line in text.lines
    ]
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


def _body(text: TextTable) -> list[str]:
    lines: list[str] = []
    for (group, _), block in groupby(text.lines, lambda line: (line.group, line.row < 0)):
        lines += [r"    \midrule"] * bool(lines)
        lines += [f"    \\emph{{{escape_latex(group)}}} \\\\"] * bool(group)
        for line in block:
            texts = [*map(escape_latex, line.headings), *map(_cell, line.cells)]
            lines.append(f"    {' & '.join(texts)} \\\\")
    return lines


def _cell(cell: TextCell) -> str:
    text = escape_latex(cell.text)
    text = f"\\textbf{{{text}}}" if cell.strong else text
    remark = escape_latex(f"({cell.remark})") if cell.remark else ""
    return " ".join(filter(None, (text, remark, escape_latex(cell.mark))))
