"""Nothing that a name, a note or a drawing holds can run in a page, a spreadsheet or a viewer."""

import csv
import io
import re

import pytest

from orca.errors import ResultsError, StateError
from orca.reporting.look import Drawing, read_svg
from orca.reporting.markdown import to_markdown
from orca.reporting.page import environment
from orca.reporting.report import Section
from orca.reporting.table_records import FilledTable, Heading, OurResult, TableCell
from orca.reporting.tabulate import to_csv, write_table
from tests.limits import file_size_limit

EVIL = '<img src=x onerror="alert(1)">'
FORMULA = '=HYPERLINK("http://x")'
SVG = '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="72pt">{}</svg>'


def test_a_drawing_in_a_page_is_a_picture_in_which_nothing_runs(tmp_path):
    (tmp_path / "x.svg").write_text(SVG.format("<script>alert(1)</script>"))
    drawn = Drawing("x", EVIL, EVIL, read_svg(tmp_path / "x.svg"))
    section = Section("figures", EVIL, "figures", [drawn])
    shown = environment().get_template("sections.html").module.figures(section)
    assert "<script" not in shown
    assert EVIL not in shown
    assert re.search(
        r'<img alt="[^"]*" src="data:image/svg\+xml;base64,[\w+/=]+" style="[^"<]*">', shown
    )
    assert "width:120px" in shown


@pytest.mark.parametrize(
    "text", ["", "<svg", "<html/>", "<svg xmlns='http://www.w3.org/2000/svg'>&x;</svg>"]
)
def test_what_is_no_drawing_is_one_clear_error(text, tmp_path):
    (tmp_path / "x.svg").write_text(text)
    with pytest.raises(ResultsError, match=r"x\.svg: it is no drawing"):
        read_svg(tmp_path / "x.svg")


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
