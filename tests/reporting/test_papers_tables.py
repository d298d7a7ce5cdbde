import json
from pathlib import Path

import pytest

from orca.reporting.aggregates import AggregateTable
from orca.reporting.figure import FIGURES
from orca.reporting.score_table import ScoreTable
from orca.reporting.table import TABLES
from orca.reporting.table_inputs import TableInputs
from orca.reporting.tabulate import NoRuns, render_published, write_table

FOLDER = Path(__file__).parents[2] / "config" / "published"
OF_ORCA = [str(number) for number in range(2, 25)]


@pytest.fixture(scope="module")
def inputs():
    return TableInputs.read(scores=None, published=FOLDER)


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    out = tmp_path_factory.mktemp("published")
    render_published(out, FOLDER)
    return out


def test_every_table_of_the_paper_is_declared():
    numbers = {table.number for table in TABLES.values() if table.paper == "orca_icml2023"}
    assert numbers - {""} == set(OF_ORCA)


def test_every_figure_of_the_paper_is_declared():
    numbers = {figure.number for figure in FIGURES.values() if figure.paper}
    assert numbers == {"2", "3", "4 (left)", "4 (right)", "5 (left)", "5 (right)", "6"}


@pytest.mark.parametrize("name", list(TABLES))
def test_every_table_can_be_written_without_a_run(name, inputs, tmp_path):
    table = TABLES[name].fill(name, inputs, NoRuns())
    write_table(table, tmp_path)
    assert len(list(tmp_path.glob(f"{name}.*"))) == 5
    assert TABLES[name].title and TABLES[name].caption


def shown(inputs, number):
    """Every published number that the tables of this number show."""
    found = []
    for name, table in TABLES.items():
        if table.paper == "orca_icml2023" and table.number == number:
            data = table.fill(name, inputs, NoRuns())
            found += [c.theirs.value for row in data.cells for c in row if c.theirs]
    return sorted(value for value in found if value is not None)


@pytest.mark.parametrize(
    "number", [n for n in OF_ORCA if n not in ("4", "6", "18", "19", "21", "22")]
)
def test_a_table_shows_every_number_that_the_paper_prints_in_it(inputs, number):
    printed = inputs.published.where(paper="orca_icml2023", table=number)
    assert shown(inputs, number) == sorted(n.number for n in printed)


@pytest.mark.parametrize(("number", "task"), [("18", "openml_cc18"), ("21", "lift")])
def test_tables_with_aggregates_show_every_number_of_a_task(inputs, number, task):
    printed = inputs.published.where(paper="orca_icml2023", table=number)
    of_tasks = [n.number for n in printed if n.task != f"{task}_aggregate"]
    assert shown(inputs, number) == sorted(of_tasks)


def test_a_number_of_pare_fills_its_cell(inputs, tmp_path):
    row = "pare_icml2024,nas_bench_360,nas_bench_360,cifar100,zero_one_error_pct,lower,pare,swin_base,6.25,0.1,,"
    header = (FOLDER / "pare_icml2024_results.csv").read_text().strip()
    (tmp_path / "pare_icml2024_results.csv").write_text(f"{header}\n{row}\n")
    table = TABLES["pare_nas_bench_360"]
    empty = table.fill("pare_nas_bench_360", inputs, NoRuns())
    assert empty.cells[0][2].theirs.text == "not transcribed"
    filled = TableInputs.read(scores=None, published=tmp_path)
    assert table.fill("pare_nas_bench_360", filled, NoRuns()).cells[0][2].theirs.value == 6.25


def test_published_numbers_alone_make_tables_and_figures(rendered):
    assert (rendered / "tables" / "table_2.md").exists()
    for figure in ("figure_2", "figure_3", "figure_5_left"):
        for ending in ("svg", "pdf", "png"):
            assert (rendered / "figures" / f"{figure}.{ending}").stat().st_size > 1000
    counts = json.loads((rendered / "tables" / "table_3.json").read_text())["verdicts"]
    assert counts == {"not run": 50}


def test_names_that_are_not_declared_yet_ask_for_no_runs_and_are_said(inputs, declared, make):
    declared()
    for name, table in TABLES.items():
        assert table.runs(make.experiment()) == []
        if isinstance(table, ScoreTable) and table.rows:
            data = table.fill(name, inputs, make.experiment())
            ours = [c.ours for row in data.cells for c in row if c.ours]
            assert {cell.status for cell in ours} <= {"not declared"}


def test_aggregates_are_recomputed_from_scores(declared, make, tmp_path, inputs):
    rows = [row.task for row in TABLES["table_18"].rows]
    declared(**{task: make.task(task, metric="auroc_ovo") for task in rows})
    for seed, value in ((0, 0.9), (1, 1.0)):
        for task in rows:
            make.write(tmp_path, make.score(task, "orca", seed, value, body="roberta_base"))
    experiment = make.experiment(bodies={"sequence": "roberta_base"}, seeds=2)
    with_scores = TableInputs.read(scores=tmp_path, published=FOLDER)
    table = TABLES["table_4"]
    assert isinstance(table, AggregateTable)
    data = table.fill("table_4", with_scores, experiment)
    by_metric = {cell.metric: cell.ours for row in data.cells[:3] for cell in row if cell.ours}
    assert by_metric["avg_auroc_ovo"].mean == pytest.approx(0.95)
    assert by_metric["avg_diff_from_xgboost"].mean == pytest.approx(0.95 - 0.8909, abs=1e-4)
    published = inputs.published.where(paper="orca_icml2023", table="18", metric="auroc_ovo")
    rivals = [n for n in published if n.method != "orca"]
    best = [max(n.number for n in rivals if n.task == task) for task in rows]
    expected = [sum(value >= top for top in best) for value in (0.9, 1.0)]
    assert by_metric["wins_ties"].mean == pytest.approx(sum(expected) / 2)
