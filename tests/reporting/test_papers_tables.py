import json

import pytest

from orca.experiment import Experiment
from orca.reporting.declared_figure import FIGURES
from orca.reporting.declared_table import TABLES
from orca.reporting.published import read_published
from orca.reporting.tabulate import render_published, write_table

OF_ORCA = [str(number) for number in range(1, 25)]
AGGREGATES = {"18": "openml_cc18_aggregate", "21": "lift_aggregate"}  # shown in Tables 4 and 20


@pytest.fixture(scope="module")
def rendered(tmp_path_factory, numbers_of_papers):
    out = tmp_path_factory.mktemp("published")
    render_published(out, numbers_of_papers.folder)
    return out


def test_every_table_and_figure_of_the_paper_is_declared():
    numbers = {table.number for table in TABLES.values() if table.paper == "orca_icml2023"}
    assert numbers - {""} == set(OF_ORCA)
    numbers = {figure.number for figure in FIGURES.values() if figure.paper}
    assert numbers == {"2", "3", "4 (left)", "4 (right)", "5 (left)", "5 (right)", "6"}


@pytest.mark.parametrize("name", list(TABLES))
def test_every_table_can_be_written_without_a_run_and_has_no_empty_column(name, fill, tmp_path):
    table = fill(name)
    write_table(table, tmp_path)
    assert len(list(tmp_path.glob(f"{name}.*"))) == 5
    assert TABLES[name].title and TABLES[name].caption
    for column in zip(*table.cells, strict=True):
        assert any(cell.ours or (cell.theirs and cell.theirs.text != "–") for cell in column)


@pytest.mark.parametrize("number", OF_ORCA)
def test_a_table_shows_every_number_that_the_paper_prints_in_it(number, fill, numbers_of_papers):
    name = f"table_{number}"
    printed = [
        n.number
        for n in numbers_of_papers.where(paper="orca_icml2023", table=number)
        if n.task != AGGREGATES.get(number)
    ]
    theirs = [cell.theirs for row in fill(name).cells for cell in row]
    shown = [result.value for result in theirs if result.value is not None]
    if any(column.fact for column in TABLES[name].columns):
        assert printed == []  # its facts are compared with `task_metadata.csv` in test_facts.py
    else:
        assert sorted(shown) == sorted(printed)


def test_tables_of_pare_show_what_orcas_paper_prints_and_a_number_of_pare_fills_its_cell(
    fill, numbers_of_papers, tmp_path, make
):
    beside = {
        "pare_nas_bench_360": "table_7",
        "pare_openml": "table_18",
        "pare_pdebench": "table_14",
    }
    for name, of_orca in beside.items():
        table, papers = fill(name), fill(of_orca)
        shared = {head.name for head in papers.columns} & {head.name for head in table.columns}
        assert "orca" in shared
        for row in papers.rows:
            for column in shared:
                one, other = (make.cell(t, row.name, column) for t in (table, papers))
                assert one.theirs.value == other.theirs.value
                assert one.method == other.method  # what ORCA's table runs again, PaRe's does
        assert {row[-1].theirs.text for row in table.cells} == {"–"}
    number = "pare_icml2024,{0},{0},cifar100,zero_one_error_pct,lower,pare,swin_base,6.25,0.1,,"
    for file in numbers_of_papers.folder.glob("*.csv"):
        (tmp_path / file.name).write_text(file.read_text())
    with (tmp_path / "pare_icml2024_results.csv").open("a") as file:
        file.write(number.format("nas_bench_360") + "\n")
    filled = fill("pare_nas_bench_360", published=read_published(tmp_path))
    assert make.cell(filled, "cifar100", "pare").theirs.value == 6.25


def test_published_numbers_alone_make_tables_and_figures(rendered):
    assert (rendered / "tables" / "table_2.md").exists()
    for figure in ("figure_2", "figure_3", "figure_5_left"):
        for ending in ("svg", "pdf", "png"):
            assert (rendered / "figures" / f"{figure}.{ending}").stat().st_size > 1000
    counts = json.loads((rendered / "tables" / "table_3.json").read_text())["verdicts"]
    assert counts == {"not run": 50}


def test_a_substitute_for_data_that_nobody_has_stands_in_a_row_of_its_own_and_is_not_judged(
    fill, make, tmp_path
):
    for seed in range(2):
        score = make.score("drug_ctrp_improve", "orca", seed, 0.9, body="roberta_base")
        make.write(tmp_path, score)
    table = fill("table_5", tmp_path, Experiment(seeds=2))
    substitute = make.cell(table, "drug_ctrp_improve", "orca")
    assert substitute.ours.mean == pytest.approx(0.9)
    assert substitute.ours.remark == "other data"
    assert substitute.verdict is None
    withheld = make.cell(table, "drug_ctrp", "orca")
    assert (withheld.ours.text, withheld.theirs.text) == ("no data", "0.86 ± 0.002")
    assert any("never published" in note for note in table.notes)


def test_names_that_are_not_declared_yet_ask_for_no_runs_and_are_said(fill, declared, make):
    declared()
    for name, table in TABLES.items():
        assert table.runs(make.experiment()) == []
        cells = [cell for row in fill(name, experiment=make.experiment()).cells for cell in row]
        assert {cell.ours.status for cell in cells if cell.ours} <= {"not declared"}


def test_aggregates_are_recomputed_from_scores(declared, make, tmp_path, fill, numbers_of_papers):
    rows = [row.task for row in TABLES["table_18"].rows]
    declared(**{task: make.task(task, metric="auroc_ovo") for task in rows})
    for seed, value in ((0, 0.9), (1, 1.0)):
        for task in rows:
            make.write(tmp_path, make.score(task, "orca", seed, value, body="roberta_base"))
    experiment = make.experiment(bodies={"sequence": "roberta_base"}, seeds=2)
    data = fill("table_4", tmp_path, experiment)
    by_metric = {cell.metric: cell.ours for row in data.cells[:3] for cell in row if cell.ours}
    assert by_metric["avg_auroc_ovo"].mean == pytest.approx(0.95)
    assert by_metric["avg_diff_from_xgboost"].mean == pytest.approx(0.95 - 0.8909, abs=1e-4)
    published = numbers_of_papers.where(paper="orca_icml2023", table="18", metric="auroc_ovo")
    rivals = [n for n in published if n.method != "orca"]
    best = [max(n.number for n in rivals if n.task == task) for task in rows]
    expected = [sum(value >= top for top in best) for value in (0.9, 1.0)]
    assert by_metric["wins_ties"].mean == pytest.approx(sum(expected) / 2)
