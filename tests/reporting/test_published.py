import csv
from pathlib import Path

import pytest

from orca.errors import ResultsError
from orca.reporting.published import KEY, read_published

FOLDER = Path(__file__).parents[2] / "config" / "published"
HEADER = "paper,table,benchmark,task,metric,direction,method,body,value,std,note"
ROW = "a_paper,1,bench,iris,zero_one_error_pct,lower,orca,minilm,6.53,0.08,"


@pytest.fixture
def folder(tmp_path):
    def write(*lines, name="a_results.csv"):
        (tmp_path / name).write_text("\n".join(lines) + "\n")
        return tmp_path

    return write


def test_the_repository_holds_every_number_of_the_paper():
    published = read_published(FOLDER)
    assert len(published.where(paper="orca_icml2023")) == 812
    assert published.where(paper="pare_icml2024") == []


def test_digits_stay_as_printed():
    number = read_published(FOLDER).find(
        {"paper": "orca_icml2023", "table": "7", "task": "darcy_flow", "method": "orca"}
    )
    assert (number.value, number.std, number.number) == ("7.3E-3", "6.8E-5", 0.0073)


def test_no_key_stands_twice():
    numbers = read_published(FOLDER).numbers
    keys = {tuple(getattr(number, column) for column in KEY) for number in numbers}
    assert len(keys) == len(numbers)


@pytest.mark.parametrize(
    ("lines", "where", "what"),
    [
        ([HEADER.replace("value", "valu"), ROW], "line 1", "'valu'"),
        ([HEADER.replace(",std", ""), ROW.replace(",0.08", "")], "line 1", "'std' is missing"),
        ([HEADER, ROW, ROW], "line 3", "line 2"),
        ([HEADER, ROW.replace("6.53", "six")], "line 2, column value", "six"),
        ([HEADER, ROW.replace("lower", "down")], "line 2, column direction", "down"),
        ([HEADER, ROW.replace("6.53", "")], "line 2, column value", "''"),
        ([HEADER, ROW.replace("6.53", "nan")], "line 2, column value", "nan"),
        ([HEADER, ROW + ",more"], "line 2", ""),
    ],
    ids=[
        "unknown column",
        "missing column",
        "duplicate",
        "no number",
        "direction",
        "no value",
        "not finite",
        "too long",
    ],
)
def test_a_fault_names_file_and_line(folder, lines, where, what):
    with pytest.raises(ResultsError) as fault:
        read_published(folder(*lines))
    assert "a_results.csv" in fault.value.where
    assert where in fault.value.where
    assert what in fault.value.what


def test_an_unknown_column_offers_the_nearest(folder):
    with pytest.raises(ResultsError) as fault:
        read_published(folder(HEADER.replace("method", "methods"), ROW))
    assert "did you mean 'method'" in fault.value.mend


def test_a_key_that_picks_several_numbers_is_refused(folder):
    published = read_published(folder(HEADER, ROW, ROW.replace("minilm", "swin_base")))
    with pytest.raises(ResultsError, match="2 published numbers match"):
        published.find({"task": "iris"})


def test_a_missing_folder_is_said(tmp_path):
    with pytest.raises(ResultsError, match="no such folder"):
        read_published(tmp_path / "nowhere")


def test_every_file_of_the_repository_has_unix_line_ends_and_a_header():
    for path in FOLDER.glob("*.csv"):
        assert b"\r" not in path.read_bytes(), path
        with path.open(newline="") as file:
            assert all(next(csv.reader(file)))
