"""Facts about tasks: our declarations say what the paper prints."""

import pytest

from orca.data.target import Classes, MultiLabel, Scalar
from orca.data.task import AS_READ, TASKS
from orca.reporting.declared_table import TABLES
from orca.reporting.numbers import unit_of_last_digit

POWERS = {"K": 1e3, "M": 1e6}  # as the paper writes large counts
KINDS = {Classes: "point", MultiLabel: "point_multi_label", Scalar: "regression"}
WORDS = {
    "input_dim": lambda task: "1D" if task.kind == "sequence" else "2D",
    "prediction_type": lambda task: KINDS.get(type(task.target), "dense"),
    "license": lambda task: task.origin.rpartition("; ")[2],
}
NUMBERS = {
    "num_data_printed": lambda task: [task.samples.fit, task.samples.test],
    "instances": lambda task: [task.samples.fit, task.samples.test],
    "classes": lambda task: [getattr(task.target, "count", AS_READ)],
    "features": lambda task: [
        places if (places := task.input_shape[1]) > 1 else task.input_shape[0]
    ],
}
DIFFERING = {("deepsea", "num_data_printed")}  # NAS-Bench-360's files hold fewer than 250K
OF_FACTS = [name for name, table in TABLES.items() if any(c.fact for c in table.columns)]
each_row = pytest.mark.parametrize(
    ("number", "task"),
    [(TABLES[name].number, row.task) for name in OF_FACTS for row in TABLES[name].rows if row.task],
)


@each_row
def test_a_declaration_agrees_with_the_paper_to_the_last_printed_digit(
    number, task, numbers_of_papers
):
    printed = numbers_of_papers.facts(number, task)
    assert printed
    for column, state in WORDS.items():
        if task in TASKS and printed[column]:
            texts = (state(TASKS[task]).casefold(), printed[column].casefold())
            short, long = sorted(texts, key=len)
            assert long.startswith(short), column
    for column, state in NUMBERS.items():
        stated = state(TASKS[task]) if task in TASKS and printed[column] else [AS_READ]
        if AS_READ not in stated:
            digits, power = printed[column].rstrip("KM"), POWERS.get(printed[column][-1], 1.0)
            with_class = number == "19" and column == "features"  # the class is a column there
            off = abs(sum(stated) + with_class - float(digits) * power)
            agrees = off <= unit_of_last_digit(digits) * power / 2
            assert agrees == ((task, column) not in DIFFERING), column


@pytest.mark.parametrize("name", OF_FACTS)
def test_every_printed_fact_is_shown(name, fill, numbers_of_papers):
    table = fill(name)
    for head, cells in zip(table.rows, table.cells, strict=True):
        row = numbers_of_papers.facts(table.number, head.name)
        assert head.title == row["name"]
        printed = [row[column.name].replace("_", " ") or "–" for column in table.columns]
        assert [cell.theirs.text for cell in cells] == printed


def test_minutes_on_another_machine_are_given_as_a_ratio(make, tmp_path, fill, numbers_of_papers):
    minutes = float(numbers_of_papers.facts("19", "openml_11")["orca_train_min"])
    seconds = {"align": 30.0 * minutes, "train": 90.0 * minutes, "evaluate": 5.0}
    for seed in (0, 1):
        score = make.score("openml_11", "orca", seed, 0.9, body="roberta_base", seconds=seconds)
        make.write(tmp_path, score)
    table = fill(
        "table_19", tmp_path, make.experiment(bodies={"sequence": "roberta_base"}, seeds=2)
    )
    cell = make.cell(table, "openml_11", "orca_train_min")
    assert cell.verdict.verdict == "not comparable"
    assert cell.verdict.ratio == pytest.approx(2.0)
    assert any("another machine" in note for note in table.notes)
