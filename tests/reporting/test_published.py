import csv

import pytest

from orca.errors import ResultsError
from orca.reporting.published import KEY, read_published

HEADER = "paper,table,benchmark,task,metric,direction,method,body,value,std,note"
ROW = "a_paper,1,bench,iris,zero_one_error_pct,lower,orca,minilm,6.53,0.08,"


@pytest.fixture
def folder(tmp_path):
    def write(*lines, name="a_results.csv"):
        (tmp_path / name).write_text("\n".join(lines) + "\n")
        return tmp_path

    return write


def test_the_repository_holds_every_number_of_the_paper_once_and_as_printed(numbers_of_papers):
    assert len(numbers_of_papers.where(paper="orca_icml2023")) == 812
    assert numbers_of_papers.where(paper="pare_icml2024") == []
    key = {"paper": "orca_icml2023", "table": "7", "task": "darcy_flow", "method": "orca"}
    number = numbers_of_papers.find(key)
    assert (number.value, number.std, number.number) == ("7.3E-3", "6.8E-5", 0.0073)
    keys = [tuple(getattr(n, column) for column in KEY) for n in numbers_of_papers.numbers]
    assert len(set(keys)) == len(keys)


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
)
def test_a_fault_names_file_and_line(folder, lines, where, what):
    with pytest.raises(ResultsError) as fault:
        read_published(folder(*lines))
    assert "a_results.csv" in fault.value.where
    assert where in fault.value.where
    assert what in fault.value.what


def test_an_unknown_column_offers_the_nearest(folder):
    with pytest.raises(ResultsError, match="did you mean 'method'"):
        read_published(folder(HEADER.replace("method", "methods"), ROW))


def test_a_key_that_picks_several_numbers_is_refused(folder):
    published = read_published(folder(HEADER, ROW, ROW.replace("minilm", "swin_base")))
    with pytest.raises(ResultsError, match="2 published numbers match"):
        published.find({"task": "iris"})


def test_a_missing_folder_or_file_of_facts_is_said(tmp_path):
    with pytest.raises(ResultsError, match="no such folder"):
        read_published(tmp_path / "nowhere")
    with pytest.raises(ResultsError, match="no published facts"):
        read_published(tmp_path).facts("6", "cifar100")


def test_every_file_of_the_repository_has_unix_line_ends_and_a_header(numbers_of_papers):
    for path in numbers_of_papers.folder.glob("*.csv"):
        assert b"\r" not in path.read_bytes(), path
        with path.open(newline="") as file:
            assert all(next(csv.reader(file)))
