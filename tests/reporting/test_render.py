import re
import shutil
import subprocess

import pytest

from orca.reporting.cells import read_table
from orca.reporting.latex import PACKAGES, escape_latex, to_latex
from orca.reporting.render import to_markdown
from orca.reporting.table import TABLES
from orca.reporting.table_inputs import TableInputs
from orca.reporting.tabulate import NoRuns
from orca.reporting.text_table import as_text

PREAMBLE = rf"\documentclass{{article}}\usepackage[T1]{{fontenc}}\usepackage{{{PACKAGES}}}"


@pytest.fixture(scope="module")
def tables(tabulated, pytestconfig):
    """The demo's table and some of the papers', as filled."""
    folder = pytestconfig.rootpath / "config" / "published"
    inputs = TableInputs.read(scores=None, published=folder)
    names = ("table_2", "table_4", "table_6", "table_11", "table_14", "table_19")
    papers = [TABLES[name].fill(name, inputs, NoRuns()) for name in names]
    return [read_table(tabulated / "tables" / "demo.json"), *papers]


def test_markdown_rows_are_of_one_width(tables):
    for table in tables:
        lines = [line for line in to_markdown(table).splitlines() if line.startswith("|")]
        assert len({len(line) for line in lines}) == 1, table.name
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) == 1, table.name


def test_the_demo_table_fits_a_wide_terminal(tables):
    lines = [line for line in to_markdown(tables[0]).splitlines() if line.startswith("|")]
    assert len(lines[0]) <= 160


def test_latex_rows_have_as_many_places_as_the_header(tables):
    for table in tables:
        text = to_latex(table)
        rows = [line for line in text.splitlines() if line.endswith(r"\\")]
        rows = [line for line in rows if not line.strip().startswith((r"\emph", r"\caption"))]
        assert len(rows) == 1 + len(as_text(table).lines)
        for row in rows:
            assert len(re.findall(r"(?<!\\)&", row)) == len(as_text(table).titles) - 1, row


def test_latex_is_balanced_and_has_booktabs_rules(tables):
    for table in tables:
        text = to_latex(table)
        bare = re.sub(r"\\[\\{}]", "", text)
        assert bare.count("{") == bare.count("}")
        assert bare.count("$") % 2 - bare.count(r"\$") % 2 == 0
        assert [text.count(rule) for rule in (r"\toprule", r"\bottomrule")] == [1, 1]
        assert r"\hline" not in text
        for name in ("table", "tabular"):
            assert text.count(rf"\begin{{{name}}}") == text.count(rf"\end{{{name}}}") == 1


def test_latex_is_ascii(tables):
    for table in tables:
        assert to_latex(table).isascii(), table.name


def test_signs_of_latex_are_escaped():
    assert escape_latex("50 % of_a & b $ # {x} ±") == (r"50 \% of\_a \& b \$ \# \{x\} $\pm$")


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("pdflatex"), reason="pdflatex is not installed")
def test_latex_compiles(tables, tmp_path):
    body = "\n".join(to_latex(table) for table in tables)
    document = f"{PREAMBLE}\\begin{{document}}\n{body}\n\\end{{document}}\n"
    (tmp_path / "tables.tex").write_text(document)
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "tables.tex"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Undefined control sequence" not in done.stdout
    too_wide = re.findall(r"Overfull .hbox \(([0-9.]+)pt", done.stdout)
    assert [points for points in too_wide if float(points) > 10] == []
    assert "too large for page" not in done.stdout


def test_each_row_of_a_paper_has_a_line_of_theirs_and_one_of_ours(tables):
    lines = as_text(tables[1]).lines
    whose = [line.whose for line in lines if line.whose != "summary"]
    assert whose == ["theirs", "ours"] * len(tables[1].rows)
