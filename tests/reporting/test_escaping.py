"""Nothing that a name, a note or a drawing holds can run in a page, a spreadsheet or a viewer."""

import csv
import io

import pytest

from orca.errors import ResultsError, StateError
from orca.reporting.filled_table import FilledTable, Heading, OurResult, TableCell
from orca.reporting.markdown import to_markdown
from orca.reporting.svg import inline_svg
from orca.reporting.tabulate import to_csv, write_table
from tests.limits import file_size_limit

EVIL = '<img src=x onerror="alert(1)">'
FORMULA = '=HYPERLINK("http://x")'
SVG = """<?xml version="1.0"?><!DOCTYPE svg>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
 width="72pt" height="36pt" viewBox="0 0 72 36" onload="alert(1)">
<metadata>x</metadata><style>*{stroke-linejoin: round}</style>
<defs><path id="p" d="M0 0"/><clipPath id="c"><rect width="1" height="1"/></clipPath></defs>
<g clip-path="url(#c)"><use xlink:href="#p" x="1"/><text>a &lt;b&gt;</text></g>%s</svg>"""
HOSTILE = (
    "<script>alert(1)</script>",
    "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'><iframe src='x'/></body></foreignObject>",
    "<a xlink:href='javascript:alert(1)'><text>x</text></a>",
    "<g onclick='alert(1)'/>",
    "<use xlink:href='http://x/y.svg#z'/>",
    "<image xlink:href='http://x/y.png'/>",
    "<style>@import 'http://x';</style>",
    "<rect style='fill:url(http://x)'/>",
    "<animate attributeName='href' to='javascript:alert(1)'/>",
    "<g><![CDATA[</g><script>alert(1)</script>]]></g>",
    "<!-- ><script>alert(1)</script> -->",
)


@pytest.mark.parametrize("evil", HOSTILE)
def test_of_a_drawing_only_what_draws_is_kept(evil):
    shown = inline_svg(SVG % evil, prefix="x", where="x.svg")
    for word in (
        "<script",
        'alert(1)"',
        "onload",
        "onclick",
        "foreignObject",
        "javascript",
        "http://x",
        "iframe",
    ):
        assert word not in shown
    assert 'id="x-p"' in shown
    assert 'href="#x-p"' in shown
    assert 'clip-path="url(#x-c)"' in shown
    assert "a &lt;b&gt;" in shown
    assert "width:120px" in shown
    assert "stroke-linejoin" in shown


@pytest.mark.parametrize(
    "text", ["", "<svg", "<html/>", "<svg xmlns='http://www.w3.org/2000/svg'>&x;</svg>"]
)
def test_what_is_no_drawing_is_one_clear_error(text):
    with pytest.raises(ResultsError, match=r"figures/x\.svg: it is no drawing"):
        inline_svg(text, prefix="x", where="results/figures/x.svg")


@pytest.fixture
def table():
    ours = OurResult(status="ok", mean=-1.5, n=1, text="-1.5", remark=EVIL)
    return FilledTable(
        name="x", title=EVIL, caption=EVIL, notes=(EVIL,),
        columns=(Heading(name=FORMULA, title=EVIL),), rows=(Heading(name="-x", title=EVIL),),
        cells=((TableCell(ours=ours, metric="@m"),),),
    )  # fmt: skip


def test_markdown_holds_no_html(table):
    assert "<" not in to_markdown(table).replace("\\<", "")


def test_a_spreadsheet_finds_no_formula(table):
    (line,) = list(csv.DictReader(io.StringIO(to_csv(table))))
    assert (line["row"], line["column"], line["metric"]) == ("'-x", f"'{FORMULA}", "'@m")
    assert float(line["mean"]) == -1.5


def test_a_table_is_written_whole_or_not_at_all(table, tmp_path):
    with file_size_limit(200), pytest.raises(StateError, match="cannot be written"):
        write_table(table, tmp_path / "tables")
    assert not list((tmp_path / "tables").iterdir())
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StateError, match="cannot be written"):
        write_table(table, tmp_path / "file/tables")
