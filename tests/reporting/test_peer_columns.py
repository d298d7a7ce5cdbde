"""Peers as columns: where they suit, where they lack a library, beside printed numbers."""

from dataclasses import replace
from itertools import product

import pytest

from orca.peers import xgboost
from orca.peers.peer import PEERS
from orca.reporting.axis import baselines, methods, peers, rerun, tasks
from orca.reporting.competition import competitions
from orca.reporting.declared_table import TABLES, Table
from orca.reporting.markdown import to_markdown
from orca.reporting.names import ORCA
from orca.reporting.scores import ScoreFolder
from orca.reporting.tables import carried

MIXED = Table(
    title="Mixed",
    rows=tasks("openml_61", "pde_advection_simulated_128", body="minilm"),
    columns=(*peers("xgboost", "fno"), *methods("orca")),
)
SPLITS = ["openml_54", *(f"openml_54_split{seed}" for seed in range(1, 5))]


@pytest.fixture
def without_xgboost(monkeypatch):
    monkeypatch.setattr(xgboost, "PEER", replace(xgboost.PEER, libraries=("no_such_thing",)))


@pytest.fixture
def filled(tmp_path, make, numbers_of_papers):
    """Fill a table from the scores that are given, by task and method or peer."""

    def fill(table, of=None, *, body="minilm"):
        for (task, method), value in (of or {}).items():
            of_run = "none" if method in PEERS else body
            make.write(tmp_path, make.score(task, method, 0, value, body=of_run))
        return table.fill("t", ScoreFolder(tmp_path), numbers_of_papers, make.experiment())

    return fill


def test_a_peer_has_a_cell_and_the_seeds_of_the_body_beside_it_where_it_suits(make, filled):
    table = filled(MIXED)
    assert make.cell(table, "openml_61", "fno").ours is None
    assert make.cell(table, "pde_advection_simulated_128", "xgboost").ours is None
    assert len(make.cell(table, "openml_61", "xgboost").ours.runs) == 3
    assert {run.body for run in MIXED.runs(make.experiment()) if run.method == "fno"} == {"none"}


@pytest.mark.usefixtures("without_xgboost")
def test_a_table_is_made_without_the_column_of_a_peer_that_lacks_its_library(make, filled):
    table = filled(MIXED)
    assert [head.name for head in table.columns] == ["fno", "orca"]
    assert "XGBoost is not run here: the library no_such_thing is not installed" in to_markdown(
        table
    )
    assert "orca-cross-modal[peers]" in to_markdown(table)


@pytest.mark.usefixtures("without_xgboost")
def test_scores_are_shown_though_the_library_is_missing(make, filled):
    table = filled(MIXED, of={("openml_61", "xgboost"): 0.9})
    assert make.cell(table, "openml_61", "xgboost").ours.n == 1


@pytest.mark.usefixtures("without_xgboost")
def test_printed_numbers_stay_though_the_library_is_missing(make, filled):
    columns = (*rerun(xgboost=("XGBoost", "xgboost")), *methods("orca"))
    table = replace(carried.TABLES["table_18_carried"], columns=columns)
    cell = make.cell(filled(table), "openml_54", "xgboost")
    assert cell.ours is None
    assert cell.theirs.value == pytest.approx(0.928, abs=1e-3)


def test_each_split_is_a_run_and_the_verdict_is_on_all(make, filled):
    values = zip(SPLITS, (0.928, 0.929, 0.927, 0.93, 0.926), strict=True)
    scores = {(task, "xgboost_searched"): value for task, value in values}
    table = filled(carried.TABLES["table_18_carried"], of=scores)
    cell = make.cell(table, "openml_54", "xgboost")
    assert cell.ours.n == 5
    assert cell.verdict.verdict == "reproduced"
    default = make.cell(table, "openml_54", "xgboost_default")
    assert default.theirs.value is None
    assert default.verdict is None


def test_what_we_run_on_every_task_is_compared_though_peers_suit_some_alone(filled):
    everywhere = ("training_mean", "scratch", "finetune", "orca")
    ran = product(TABLES["demo"].rows, ("linear_model", "xgboost", "fno_short", *everywhere))
    table = filled(TABLES["demo"], of={(row.task, method): 0.5 for row, method in ran})
    published, ours = competitions(table)
    assert set(published.by_title(table)) >= {"XGBoost", "ORCA"}
    assert list(ours.by_title(table)) == ["Train from scratch", "Naive fine-tuning", "ORCA"]
    assert ours.tasks == ours.of == 3
    assert [row.title for row in table.summary if row.whose == "ours"] == [
        "average rank (3 tasks)",
        "wins (3 tasks)",
    ]


@pytest.mark.parametrize(("columns", "said"), [((), 0), (baselines(tabpfn="TabPFN"), 1)])
def test_it_is_said_where_our_ranks_hold_published_scores(filled, columns, said):
    rows = carried.TABLES["table_18_mpnet"].rows
    table = Table(
        title="T", paper=ORCA, published_as="18", rows=rows,
        columns=(*columns, *methods("orca", "scratch")),
    )  # fmt: skip
    runs = product(
        (split for row in rows for split in (row.task, *row.splits)), ("orca", "scratch")
    )
    told = filled(table, of={(task, method): 0.5 for task, method in runs}, body="mpnet_base")
    assert sum("published scores in our ranks" in note for note in told.notes) == said


def test_a_perfect_score_has_the_digits_that_are_printed_beside_it(make, filled):
    tasks = [name.replace("54", "50") for name in SPLITS]
    scores = {(task, "xgboost_searched"): 0.9 + 0.001 * len(task) for task in tasks}
    table = filled(carried.TABLES["table_18_carried"], of=scores)
    cell = make.cell(table, "openml_50", "xgboost")
    assert cell.theirs.text == "1"
    assert cell.verdict.margin == pytest.approx(0.0001)
    assert cell.verdict.verdict == "worse"
