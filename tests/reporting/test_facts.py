"""Facts about tasks: our declarations say what the paper prints."""

import csv
from pathlib import Path

import pytest

from orca.data.task import AS_READ, TASKS, Classes, MultiLabel, Scalar
from orca.reporting.numbers import unit_of_last_digit
from orca.reporting.table import TABLES
from orca.reporting.table_inputs import TableInputs
from orca.reporting.tabulate import NoRuns

FOLDER = Path(__file__).parents[2] / "config" / "published"
POWERS = {"K": 1e3, "M": 1e6}  # as the paper writes large counts
WORDS = {
    "input_dim": lambda task: ["1D" if task.kind == "sequence" else "2D"],
    "prediction_type": lambda task: [KINDS.get(type(task.target), "dense")],
    "license": lambda task: [task.origin.rpartition("; ")[2]],
}
KINDS = {Classes: "point", MultiLabel: "point_multi_label", Scalar: "regression"}
NUMBERS = {
    "num_data_printed": lambda task: [task.samples.fit, task.samples.test],
    "instances": lambda task: [task.samples.fit, task.samples.test],
    "classes": lambda task: [getattr(task.target, "count", AS_READ)],
    "features": lambda task: [task.input_shape[0]],
}
DIFFERING = {("deepsea", "num_data_printed")}  # NAS-Bench-360's files hold fewer than 250K


def rows_of(*tables):
    with (FOLDER / "task_metadata.csv").open(newline="") as file:
        return [row for row in csv.DictReader(file) if row["table"] in tables]


def facts(columns):
    """Return what our declarations state beside every fact that the paper prints."""
    return [
        pytest.param(row, column, stated, id=f"table{row['table']}-{row['task']}-{column}")
        for row in rows_of("6", "19", "22")
        for column, state in columns.items()
        if row["task"] in TASKS and row[column]
        if AS_READ not in (stated := state(TASKS[row["task"]]))
    ]


@pytest.mark.parametrize(("row", "column", "stated"), facts(WORDS))
def test_a_declaration_agrees_with_the_paper_in_words(row, column, stated):
    short, long = sorted((stated[0].casefold(), row[column].casefold()), key=len)
    assert long.startswith(short)


@pytest.mark.parametrize(("row", "column", "stated"), facts(NUMBERS))
def test_a_declaration_agrees_with_the_paper_to_the_last_printed_digit(row, column, stated):
    digits, power = row[column].rstrip("KM"), POWERS.get(row[column][-1], 1.0)
    with_class = row["table"] == "19" and column == "features"  # the class is a column there
    off = abs(sum(stated) + with_class - float(digits) * power)
    agrees = off <= unit_of_last_digit(digits) * power / 2
    assert agrees == ((row["task"], column) not in DIFFERING)


@pytest.mark.parametrize("name", ["table_6", "table_19", "table_22"])
def test_every_printed_fact_is_shown(name):
    table = TABLES[name].fill(name, TableInputs.read(scores=None, published=FOLDER), NoRuns())
    rows = {row["name"]: row for row in rows_of(table.number)}
    assert {head.title for head in table.rows} == set(rows)
    for head, cells in zip(table.rows, table.cells, strict=True):
        row = rows[head.title]
        printed = [row[column.name].replace("_", " ") or "–" for column in table.columns]
        assert [cell.theirs.text for cell in cells] == printed


def test_minutes_on_another_machine_are_given_as_a_ratio(make, tmp_path):
    printed = {row["task"]: row["orca_train_min"] for row in rows_of("19")}
    minutes = float(printed["openml_11"])
    seconds = {"align": 30.0 * minutes, "train": 90.0 * minutes, "evaluate": 5.0}
    for seed in (0, 1):
        score = make.score("openml_11", "orca", seed, 0.9, body="roberta_base", seconds=seconds)
        make.write(tmp_path, score)
    experiment = make.experiment(bodies={"sequence": "roberta_base"}, seeds=2)
    inputs = TableInputs.read(scores=tmp_path, published=FOLDER)
    table = TABLES["table_19"].fill("table_19", inputs, experiment)
    place = [head.name for head in table.columns].index("orca_train_min")
    cell = table.cells[[row.name for row in table.rows].index("openml_11")][place]
    assert cell.verdict.verdict == "not comparable"
    assert cell.verdict.ratio == pytest.approx(2.0)
    assert any("another machine" in note for note in table.notes)
