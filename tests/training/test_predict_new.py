"""Predictions of new rows of a table, by a run whose folder was moved away from its data."""

import shutil
import zipfile
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from orca.cli import orca
from orca.data.fetch import fetch
from orca.data.prepare import prepare
from orca.data.user_task import task_of
from orca.errors import OrcaError, ResultsError
from orca.evaluation.score import Score
from orca.provenance import write_json
from orca.training.export import CARD, export
from orca.training.predict_new import predict_file
from tests.training.toys import CPU, ToyRun, make_finetune, run

ROWS = 60
NUMBERS = np.random.default_rng(0).normal(size=ROWS)
FRAME = pd.DataFrame({
    "patient": [f"p{row}x" for row in range(ROWS)],
    "size": NUMBERS.round(3),
    "colour": np.resize(["red", "blue"], ROWS),
    "kind": np.where(NUMBERS > 0, "large", "small"),
    "weight": (NUMBERS * 50 + 300).round(2),
})  # fmt: skip


def trained(folder, **entry) -> ToyRun:
    """Train on a table, move the run's folder elsewhere, and remove all else."""
    FRAME.to_csv(folder / "fit.csv", index=False)
    given = {"path": str(folder / "fit.csv"), "drop": ["kind", "weight"], **entry}
    given["drop"] = [name for name in given["drop"] if name not in np.atleast_1d(given["target"])]
    task = task_of("mine", given, where="config.yaml, tasks")
    fetch(task, folder / "raw")
    prepare(task, "mine", folder / "raw", folder / "made")
    step = make_finetune(folder / "made", task, epochs=2)
    shape = step.setup.schema.input_shape
    step = replace(step, setup=replace(step.setup, task_entry=given, input_shape=shape))
    (made,) = run(step, folder / "made")
    shutil.move(made, folder / "moved")
    shutil.rmtree(folder / "made")
    (folder / "fit.csv").unlink()
    return ToyRun(folder / "moved", CPU)


CLASSES = {"target": "kind", "kind": "classes", "classes": ["small", "large"], "metric": "accuracy"}
NUMBER = {"target": "weight", "kind": "scalar", "metric": "r2", "unit": "kg"}


@pytest.fixture(scope="module")
def classes(tmp_path_factory):
    return trained(tmp_path_factory.mktemp("classes"), **CLASSES)


def told(finished, tmp_path, frame, output="out.csv"):
    frame.to_csv(tmp_path / "new.csv", index=False)
    predict_file(finished, inputs=tmp_path / "new.csv", output=tmp_path / output)
    return pd.read_csv(tmp_path / output) if output.endswith(".csv") else tmp_path / output


def test_new_rows_get_names_and_probabilities_beside_their_ids(classes, tmp_path):
    new = FRAME.drop(columns=["kind", "weight"]).iloc[::-1]
    found = told(classes, tmp_path, new[["colour", "size", "patient"]])
    assert found["patient"].tolist() == new["patient"].tolist()
    assert found["row"].tolist() == list(range(2, 2 + ROWS))
    assert set(found["prediction"]) <= {"small", "large"}
    shares = found[["probability small", "probability large"]]
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-6)
    best = shares.to_numpy().argmax(axis=1)
    assert found["prediction"].tolist() == [("small", "large")[number] for number in best]


def test_texts_that_a_spreadsheet_would_run_are_quoted_in_a_csv_and_kept_in_parquet(
    classes, tmp_path
):
    new = FRAME.assign(patient=["=cmd()", "-5", *["p"] * (len(FRAME) - 2)])
    new = new[["colour", "size", "patient"]]
    assert told(classes, tmp_path, new)["patient"].tolist()[:2] == ["'=cmd()", "-5"]
    kept = pd.read_parquet(told(classes, tmp_path, new, output="out.parquet"))
    assert kept["patient"].tolist()[:2] == ["=cmd()", "-5"]


def test_the_order_of_the_columns_changes_no_prediction(classes, tmp_path):
    first = told(classes, tmp_path, FRAME[["patient", "size", "colour"]])
    second = told(classes, tmp_path, FRAME[["colour", "patient", "size"]])
    pd.testing.assert_frame_equal(first[second.columns], second)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"colour": "green"}, "new.csv, column 'colour', row 4: 'green' is a category"),
        ({"size": "big"}, "new.csv, column 'size', row 4: 'big' is no number"),
        ({"colour": ""}, "new.csv, column 'colour', row 4: the value is missing"),
    ],
)
def test_a_value_that_the_fit_file_did_not_teach_is_one_error(classes, tmp_path, change, said):
    new = FRAME.astype(object)
    for name, value in change.items():
        new.loc[2, name] = value
    with pytest.raises(OrcaError, match=said):
        told(classes, tmp_path, new)


def test_a_gap_among_numbers_is_filled_as_in_training(classes, tmp_path):
    new = FRAME.astype(object)
    new.loc[2, "size"] = ""
    fill = next(c.fill for c in classes.schema.columns if c.name == "size")
    filled = FRAME.copy()
    filled.loc[2, "size"] = fill
    assert told(classes, tmp_path, new)["prediction"].tolist() == (
        told(classes, tmp_path, filled)["prediction"].tolist()
    )


def test_missing_columns_and_other_kinds_of_files_are_named(classes, tmp_path):
    with pytest.raises(OrcaError, match="it has no column 'size'"):
        told(classes, tmp_path, FRAME[["colour"]])
    np.savez(tmp_path / "new.npz", inputs=np.zeros((2, 2, 2)))
    with pytest.raises(OrcaError, match="holds arrays, and the run was trained on a table"):
        predict_file(classes, inputs=tmp_path / "new.npz", output=tmp_path / "out.csv")
    with pytest.raises(OrcaError, match=r"suffix '\.txt'"):
        told(classes, tmp_path, FRAME, output="out.txt")


def test_an_npz_holds_no_python_objects(classes, tmp_path):
    with np.load(told(classes, tmp_path, FRAME, output="out.npz")) as found:
        assert found["patient"].tolist() == FRAME["patient"].tolist()
        assert found["classes"].tolist() == ["small", "large"]
        assert found["probability"].shape == (ROWS, 2)


def test_numbers_come_in_their_unit(tmp_path):
    found = told(trained(tmp_path, **NUMBER), tmp_path, FRAME)
    assert abs(found["prediction (kg)"].mean() - FRAME["weight"].mean()) < 60


def test_several_numbers_get_a_column_each(tmp_path):
    finished = trained(tmp_path, **{**NUMBER, "target": ["weight", "size"], "unit": ""})
    found = told(finished, tmp_path, FRAME[["patient", "colour"]])
    assert abs(found["prediction weight"].mean() - FRAME["weight"].mean()) < 60
    assert abs(found["prediction size"].mean() - FRAME["size"].mean()) < 2


def test_an_exported_run_predicts_the_same_and_tells_what_it_is(classes, tmp_path):
    beside = {"orca": ("minilm", 0.9), "xgboost": ("none", 0.8)}
    for method, (body, value) in beside.items():
        score = Score(
            task="mine", body=body, method=method, seed=0, task_digest="1", selection="",
            hyperparameters="", key="", metric="accuracy", value=value, samples=9,
        )  # fmt: skip
        write_json(tmp_path / score.score_file, score.model_dump())
    export(classes, tmp_path / "mine.zip", scores=tmp_path / "mine/minilm/orca/seed0")
    with zipfile.ZipFile(tmp_path / "mine.zip") as file:
        file.extractall(tmp_path)
    card = (tmp_path / "mine" / CARD).read_text()
    assert "`colour`: categories: blue, red" in card
    assert "`patient` is left out" in card
    assert "Apache" in card
    assert "XGBoost, on the same samples: 0.8, mean of 1" in card
    assert "ORCA, on the same" not in card
    again = ToyRun(tmp_path / "mine", CPU)
    pd.testing.assert_frame_equal(
        told(again, tmp_path, FRAME), told(classes, tmp_path, FRAME), check_exact=True
    )


@pytest.mark.parametrize(
    "command", [["predict", "--input", "new.csv", "--output", "out.csv", "--run"], ["export"]]
)
def test_a_run_that_is_not_there_is_named(command):
    out = ["out.zip"] if command == ["export"] else []
    fault = CliRunner().invoke(orca, [*command, "results/finetuned/pumps/nothing", *out]).exception
    assert isinstance(fault, ResultsError)
    assert "there is no such folder of a run" in str(fault)
