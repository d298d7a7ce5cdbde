import csv
import json
import math
import re
import statistics
from dataclasses import replace

import pytest

from orca.errors import ResultsError
from orca.evaluation.metric import METRICS
from orca.methods.method import METHODS
from orca.reporting.declared_table import TABLES
from orca.reporting.markdown import to_markdown
from orca.reporting.table_records import read_table
from orca.reporting.tables.demos import SHOWN, every_method

IRIS = "openml_61"


@pytest.fixture
def build(demo_scores, fill, make):
    """Fill the demo's table and return it with its Markdown."""

    def built(experiment=None):
        table = fill("demo", demo_scores, experiment or make.experiment())
        return table, to_markdown(table)

    return built


def test_mean_and_spread_are_those_of_the_score_files(build, demo_scores, make):
    table, _ = build()
    files = (demo_scores / IRIS / "minilm" / "orca").glob("*/score.json")
    values = [float(re.search(r'"value": ([\d.]+)', f.read_text())[1]) for f in files]
    ours = make.cell(table, IRIS, "orca").ours
    assert ours.mean == pytest.approx(statistics.mean(values))
    assert ours.std == pytest.approx(statistics.stdev(values))
    assert ours.n == 3


def test_the_csv_holds_every_cell_with_full_digits(tabulated, make):
    table = read_table(tabulated / "tables" / "demo.json")
    with (tabulated / "tables" / "demo.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(table.rows) * len(table.columns)
    for row in rows:
        assert float(row["mean"]) == make.cell(table, row["row"], row["column"]).ours.mean


def test_the_best_of_each_row_is_marked_and_no_other(build):
    table, markdown = build()
    for row in table.cells:
        means = [cell.ours.mean for cell in row]
        assert [cell.ours.best for cell in row] == [mean == min(means) for mean in means]
    assert markdown.count("**") == 2 * len(table.rows)


def test_ties_are_all_marked_and_all_win(build, demo_scores, make):
    for method in ("orca", "fpt"):
        for seed in range(3):
            make.write(demo_scores, make.score(IRIS, method, seed, 0.0))
    table, _ = build()
    assert [c.ours.best for c in table.cells[2]] == [False, False, True, True]
    wins = next(row for row in table.summary if row.title.startswith("wins"))
    assert sum(wins.values) == len(table.rows) + 1


def test_average_ranks_of_all_methods_add_up(build):
    table, _ = build()
    ranks = next(row for row in table.summary if row.title.startswith("average rank"))
    methods = len(table.columns)
    assert sum(ranks.values) == pytest.approx(methods * (methods + 1) / 2)


@pytest.mark.parametrize(
    ("seeds", "reason", "status", "said"),
    [
        ((0, 1, 2), "", "not run", ("not run", "average rank (4 of 5 tasks)")),
        ((2,), "", "incomplete", ("(2 of 3 seeds)",)),
        ((1, 2), "", "incomplete", ("(1 of 3 seeds)",)),
        ((0, 1, 2), "loss not finite at step 7", "failed", ("failed", "loss not finite at step 7")),
    ],
)
def test_a_run_that_is_missing_or_failed_is_said_in_its_cell(
    build, demo_scores, make, seeds, reason, status, said
):
    for seed in seeds:
        if reason:
            failed = make.score(IRIS, "fpt", seed, None, status="failed", reason=reason)
            make.write(demo_scores, failed)
        else:
            (demo_scores / IRIS / f"minilm/fpt/seed{seed}/score.json").unlink()
    table, markdown = build()
    assert make.cell(table, IRIS, "fpt").ours.status == status
    assert all(text in markdown for text in said)


def test_a_failed_method_ranks_last(build, demo_scores, make):
    before, _ = build()
    for seed in range(3):
        make.write(
            demo_scores, make.score(IRIS, "orca", seed, None, status="failed", reason="diverged")
        )
    after, _ = build()
    assert after.summary[0].values[3] == pytest.approx(
        before.summary[0].values[3] + (4 - rank_in(make, before, IRIS, "orca")) / len(before.rows)
    )


def rank_in(make, table, row, column):
    index = [head.name for head in table.rows].index(row)
    mine = make.cell(table, row, column).error("ours")
    return 1 + sum(cell.error("ours") < mine for cell in table.cells[index])


def test_one_seed_has_no_spread_and_says_so(build, make):
    table, markdown = build(make.experiment(seeds=1))
    assert make.cell(table, IRIS, "orca").ours.std is None
    assert "(1 seed)" in markdown
    assert "±" not in markdown
    assert "no spread" in markdown


@pytest.mark.parametrize("field", ["selection", "hyperparameters"])
def test_scores_of_another_protocol_are_refused_by_name(build, demo_scores, make, field):
    odd = make.score(IRIS, "orca", 2, 3.0, **{field: "another"})
    path = make.write(demo_scores, odd)
    with pytest.raises(ResultsError) as fault:
        build()
    assert str(path) in str(fault.value)
    assert field in str(fault.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"task_digest": "f" * 16}, "another version of task 'openml_61'"),
        ({"method": "fpt"}, "another run"),
        ({"value": math.nan}, "finite"),
        ({"value": -3.0}, "-3 is better than perfect, 0"),
        ("{", "no JSON"),
        ('{"task": 3}', "not a score: Input should be"),
    ],
)
def test_a_file_that_is_no_score_of_the_run_is_refused_in_one_line(
    build, demo_scores, make, content, said
):
    path = make.write(demo_scores, make.score(IRIS, "orca", 0, 3.0))
    if isinstance(content, dict):
        content = json.dumps(json.loads(path.read_text()) | content)
    path.write_text(content)
    with pytest.raises(ResultsError, match=said) as fault:
        build()
    assert fault.value.where.startswith(str(path))
    assert "\n" not in fault.value.what


def test_a_task_that_is_not_declared_is_said_in_its_row(build, declared, make):
    declared(openml_61=make.task("Iris (61)", 4))
    table, markdown = build()
    assert make.cell(table, "openml_187", "orca").ours.status == "not declared"
    assert "task 'openml_187' is not declared" in markdown
    assert {run.task for run in TABLES["demo"].runs(make.experiment())} == {IRIS}


def test_the_runs_asked_for_are_all_seeds_of_all_cells(demo_tasks, make):
    runs = TABLES["demo"].runs(make.experiment())
    assert len({run.path for run in runs}) == len(runs) == 4 * (3 * 3 + 2 * 2)


def test_every_metric_of_a_row_tells_its_direction(build):
    table, _ = build()
    for row in table.rows:
        assert row.metric_title[-1] in "↓↑"
        assert row.metric_title[:-2] in {metric.title for metric in METRICS.values()}


def test_your_own_tasks_are_the_rows_of_their_table(tmp_path, fill, make):
    (tmp_path / "wells.csv").write_text("a,b,label\n1,2,x\n3,4,y\n")
    entry = {
        "path": str(tmp_path / "wells.csv"),
        "target": "label",
        "kind": "classes",
        "classes": 2,
        "metric": "accuracy_pct",
        "title": "My wells",
    }
    experiment = make.experiment(tasks={"wells": entry}, seeds=1)
    score = make.score("wells", "orca", 0, 91.0, metric="accuracy_pct", task_digest="a" * 16)
    make.write(tmp_path / "scores", score)
    assert {run.task for run in TABLES["own"].runs(experiment)} == {"wells"}
    table = fill("own", tmp_path / "scores", experiment)
    assert [row.title for row in table.rows] == ["My wells"]
    assert make.cell(table, "wells", "orca").ours.mean == 91.0


def test_a_task_of_the_suite_joins_its_table_and_a_variant_does_not(declared, make):
    new = make.task("New physics", 8, field_metric=True, suite="pdebench_simulated")
    declared(new=new, new_official=replace(new, variant_of="new"))
    rows = [row.name for row in TABLES["simulated_pdebench"].all_rows(make.experiment())]
    assert "new" in rows
    assert "new_official" not in rows


def test_a_new_method_is_compared_with_every_method_and_a_variant_is_not(new_methods):
    newcomer = replace(METHODS["orca"], title="Newcomer")
    new_methods(newcomer=newcomer, variant=replace(newcomer, variant_of="orca"))
    columns = every_method()
    assert columns[: len(SHOWN)] == SHOWN
    rest = columns[len(SHOWN) :]
    assert list(rest) == sorted(rest)
    assert "newcomer" in columns
    assert "variant" not in columns
