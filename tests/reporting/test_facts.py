"""Facts about tasks: what the paper prints beside what our declarations say."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from orca.data.task import TASKS
from orca.reporting.facts import agreement
from orca.reporting.published import read_published
from orca.reporting.sources import Sources
from orca.reporting.table import TABLES
from orca.reporting.tabulate import NoRuns

FOLDER = Path(__file__).parents[2] / "config" / "published"


@pytest.fixture
def sources(tmp_path):
    return Sources(scores=tmp_path, published=read_published(FOLDER), metadata=FOLDER)


def verdicts(table):
    return {
        (row.name, head.name): cell.verdict.verdict if cell.verdict else ""
        for row, cells in zip(table.rows, table.cells, strict=True)
        for head, cell in zip(table.columns, cells, strict=True)
    }


@pytest.mark.parametrize(
    ("ours", "printed", "verdict"),
    [
        ("625", "625", "agrees"),
        ("624", "625", "differs"),
        ("50500", "51K", "agrees"),
        ("50499", "51K", "differs"),
        ("1400000", "1M", "agrees"),
        ("1600000", "1M", "differs"),
        ("open", "Open License", "agrees"),
        ("GPL 3.0", "GPL", "agrees"),
        ("MIT", "GPL", "differs"),
        ("2D", "2D", "agrees"),
        ("as read", "625", "not known"),
    ],
)
def test_a_fact_agrees_to_the_last_printed_digit_or_in_words(ours, printed, verdict):
    assert agreement(ours, printed).verdict == verdict


@pytest.mark.parametrize(("ours", "printed"), [("", "625"), ("625", "")])
def test_where_one_side_is_silent_nothing_is_judged(ours, printed):
    assert agreement(ours, printed) is None


@pytest.mark.parametrize("name", ["table_6", "table_19", "table_22"])
def test_every_fact_that_both_state_has_a_verdict(name, sources):
    table = TABLES[name].fill(name, sources, NoRuns())
    for row in table.cells:
        for cell in row:
            both = cell.ours and cell.ours.text != "–" and cell.theirs.text != "–"
            assert bool(both) == (cell.verdict is not None)
    assert table.verdicts["agrees"] > 30


def test_deepsea_has_fewer_samples_than_the_paper_prints(sources):
    found = verdicts(TABLES["table_6"].fill("table_6", sources, NoRuns()))
    differing = [place for place, verdict in found.items() if verdict == "differs"]
    assert differing == [("deepsea", "num_data")]


@pytest.mark.parametrize("name", ["table_19", "table_22"])
def test_no_declaration_of_a_table_contradicts_the_paper(name, sources):
    found = Counter(verdicts(TABLES[name].fill(name, sources, NoRuns())).values())
    assert found["differs"] == 0


def test_columns_without_a_declaration_are_named(sources):
    notes = TABLES["table_6"].fill("table_6", sources, NoRuns()).notes
    assert any("objective, hand-designed network" in note for note in notes)


def test_minutes_on_another_machine_are_told_as_a_ratio(sources, make, tmp_path):
    with (FOLDER / "task_metadata.csv").open(newline="") as file:
        rows = {row["task"]: row for row in csv.DictReader(file) if row["table"] == "19"}
    minutes = float(rows["openml_11"]["orca_train_min"])
    seconds = {"align": 30.0 * minutes, "train": 90.0 * minutes, "evaluate": 5.0}
    for seed in (0, 1):
        score = make.score("openml_11", "orca", seed, 0.9, body="roberta_base", seconds=seconds)
        make.write(tmp_path, score)
    choices = make.Choices(bodies={"sequence": "roberta_base"}, seeds=2)
    table = TABLES["table_19"].fill("table_19", sources, choices)
    place = [head.name for head in table.columns].index("orca_train_min")
    cell = table.cells[[row.name for row in table.rows].index("openml_11")][place]
    assert TASKS["openml_11"].metric == score["metric"]
    assert cell.verdict.verdict == "not comparable"
    assert cell.verdict.ratio == pytest.approx(2.0)
    assert any("another machine" in note for note in table.notes)
