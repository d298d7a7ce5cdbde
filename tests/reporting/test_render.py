import re
import shutil
import subprocess

import pytest

from orca.reporting.latex import PACKAGES, escape_latex, to_latex
from orca.reporting.markdown import to_markdown
from orca.reporting.table_lines import as_text
from orca.reporting.table_records import read_table

PREAMBLE = rf"\documentclass{{article}}\usepackage[T1]{{fontenc}}\usepackage{{{PACKAGES}}}"
NAMES = ("demo", "table_2", "table_4", "table_6", "table_11", "table_14", "table_19")


@pytest.fixture(scope="module")
def tables(tabulated, fill):
    """The demo's table and some of the papers', as filled."""
    return [read_table(tabulated / "tables" / "demo.json"), *map(fill, NAMES[1:])]


@pytest.fixture(params=range(len(NAMES)), ids=NAMES)
def table(request, tables):
    return tables[request.param]


def test_markdown_rows_are_of_one_width_and_the_demo_fits_a_wide_terminal(table):
    lines = [line for line in to_markdown(table).splitlines() if line.startswith("|")]
    assert len({len(line) for line in lines}) == 1
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) == 1
    assert len(lines[0]) <= 160 or table.name != "demo"


def test_latex_is_balanced_ascii_with_booktabs_rules_and_rows_of_one_length(table):
    text, lines = to_latex(table), as_text(table)
    assert text.isascii()
    bare = re.sub(r"\\[\\{}]", "", text)
    assert bare.count("{") == bare.count("}")
    assert bare.count("$") % 2 - bare.count(r"\$") % 2 == 0
    assert [text.count(rule) for rule in (r"\toprule", r"\bottomrule", r"\hline")] == [1, 1, 0]
    for name in ("table", "tabular"):
        assert text.count(rf"\begin{{{name}}}") == text.count(rf"\end{{{name}}}") == 1
    rows = [line for line in text.splitlines() if line.endswith(r"\\")]
    rows = [line for line in rows if not line.strip().startswith((r"\emph", r"\caption"))]
    assert len(rows) == 1 + len(lines.lines)
    assert {len(re.findall(r"(?<!\\)&", row)) for row in rows} == {len(lines.titles) - 1}


def test_signs_of_latex_are_escaped():
    assert escape_latex("50 % of_a & b $ # {x} ±") == (r"50 \% of\_a \& b \$ \# \{x\} $\pm$")


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("pdflatex"), reason="pdflatex is not installed")
def test_latex_compiles(tables, tmp_path):
    body = "\n".join(to_latex(table) for table in tables)
    document = f"{PREAMBLE}\\begin{{document}}\n{body}\n\\end{{document}}\n"
    (tmp_path / "tables.tex").write_text(document)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "tables.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Undefined control sequence" not in done.stdout
    too_wide = re.findall(r"Overfull .hbox \(([0-9.]+)pt", done.stdout)
    assert [points for points in too_wide if float(points) > 10] == []
    assert "too large for page" not in done.stdout


def test_each_row_of_a_paper_has_a_line_of_theirs_and_one_of_ours(tables):
    whose = [line.whose for line in as_text(tables[1]).lines if line.whose != "summary"]
    assert whose == ["theirs", "ours"] * len(tables[1].rows)
