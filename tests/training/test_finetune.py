import json
from dataclasses import replace

import h5py
import numpy as np
import pytest
import torch

from orca.data.task import TASKS, Field
from orca.errors import DataError, SettingsError, StateError, TrainingError
from orca.evaluation.metrics import METRICS
from orca.evaluation.score import read_score
from orca.methods.method import METHODS
from orca.training.cell import Places, run_seeds
from orca.training.checkpoint import read_tensors
from orca.training.evaluate import evaluate
from orca.training.predict import predict_file, predict_new, predict_test, trained_model
from orca.training.run_finetune import Finetune
from tests.training.toys import FIELDS, make_cell, write_prepared


def finetuned(cell, folder, seeds=(0,), method="finetune", **extra):
    step = Finetune(cell=cell, method=method, **extra)
    run_seeds(step, seeds, Places(out=folder / "out", state=folder / "state"))
    return [folder / "out" / f"seed{seed}" for seed in seeds]


def weights(run):
    return read_tensors(run / "weights.safetensors")[0]


def history(run):
    lines = (run / "history.csv").read_text().splitlines()
    return [dict(zip(lines[0].split(","), line.split(","), strict=True)) for line in lines[1:]]


def score_of(cell, folder, runs):
    test = write_prepared(folder / "test.h5", cell.task, part="test")
    return score_on(cell, folder, runs, test)


def score_on(cell, folder, runs, *tests):
    evaluate(
        cell, [0], runs=runs[0].parent, tests=tests, scores=folder / "scores", hyperparameters="x"
    )
    return read_score(folder / "scores/seed0.json")


@pytest.mark.parametrize("task", ["classes", "fields"])
def test_training_lowers_the_loss_and_beats_no_training(task, tmp_path):
    cell = make_cell(tmp_path, *([FIELDS] if task == "fields" else []), epochs=15)
    runs = finetuned(cell, tmp_path)
    losses = [float(row["train_loss"]) for row in history(runs[0])]
    assert losses[-1] < 0.8 * losses[0]
    lazy = make_cell(tmp_path, cell.task, epochs=1, learning_rate=1e-8)
    before = score_of(lazy, tmp_path / "lazy", finetuned(lazy, tmp_path / "lazy"))
    assert score_of(cell, tmp_path, runs).value < before.value


def test_equal_seeds_give_equal_weights_and_others_do_not(cell, tmp_path):
    first, other = finetuned(cell, tmp_path / "a", seeds=(0, 1))
    (again,) = finetuned(cell, tmp_path / "b", seeds=(0,))
    assert all(torch.equal(tensor, weights(again)[name]) for name, tensor in weights(first).items())
    assert any(
        not torch.equal(tensor, weights(other)[name]) for name, tensor in weights(first).items()
    )


def test_accumulated_batches_take_the_step_of_one_large_batch(tmp_path):
    plain = {"dropout": 0.0, "epochs": 2, "schedule": "constant", "optimizer": "sgd"}
    large = make_cell(tmp_path, batch_size=16, **plain)
    small = make_cell(tmp_path, batch_size=4, accumulation=4, **plain)
    (one,), (other,) = (finetuned(c, tmp_path / str(n)) for n, c in enumerate((large, small)))
    for name, tensor in weights(one).items():
        torch.testing.assert_close(tensor, weights(other)[name], atol=1e-5, rtol=1e-4)


def test_summed_gradients_take_the_step_of_the_mean_at_as_many_times_the_rate(tmp_path):
    plain = {"dropout": 0.0, "epochs": 2, "schedule": "constant", "optimizer": "sgd"}
    plain |= {"batch_size": 4, "accumulation": 5, "momentum": 0.0}
    mean = make_cell(tmp_path, learning_rate=5e-3, **plain)
    summed = make_cell(tmp_path, learning_rate=1e-3, accumulate="sum", **plain)
    (one,), (other,) = (finetuned(c, tmp_path / str(n)) for n, c in enumerate((mean, summed)))
    for name, tensor in weights(one).items():
        torch.testing.assert_close(tensor, weights(other)[name], atol=1e-6, rtol=1e-5)


def test_layer_norms_alone_leave_the_rest_of_the_body_as_it_was(cell, tmp_path):
    (run,) = finetuned(cell, tmp_path, method="fpt")
    assert all("norm" in name.lower() for name in weights(run) if name.startswith("body."))
    start = dict(cell.model(METHODS["fpt"], 0).named_parameters())
    moved = weights(run)
    assert not any(
        torch.equal(start[name], moved[name]) for name in moved if "norm" in name.lower()
    )


def test_the_best_epoch_on_validation_samples_is_kept(tmp_path):
    cell = make_cell(tmp_path, selection="best_on_validation", epochs=6, learning_rate=3e-3)
    (run,) = finetuned(cell, tmp_path)
    record = json.loads((run / "run.json").read_text())
    scores = [float(row["validation"]) for row in history(run)]
    assert record["best_epoch"] == int(np.argmin(scores))
    assert record["train_samples"] == 48


def test_chosen_by_the_test_split_as_published_the_score_is_that_of_the_best_epoch(tmp_path):
    cell = make_cell(tmp_path, selection="test_as_published", epochs=6, learning_rate=3e-3)
    test = write_prepared(tmp_path / "test.h5", cell.task, part="test")
    runs = finetuned(cell, tmp_path, test=test)
    record = json.loads((runs[0] / "run.json").read_text())
    scores = [float(row["validation"]) for row in history(runs[0])]
    assert record["best_epoch"] == int(np.argmin(scores))
    assert record["train_samples"] == 60
    assert str(test) in record["inputs"]
    score = score_of(cell, tmp_path, runs)
    assert score.selection == "test_as_published"
    assert score.value == pytest.approx(min(scores))


def test_the_last_epoch_is_trained_on_validation_samples_too(cell, tmp_path):
    (run,) = finetuned(cell, tmp_path)
    assert json.loads((run / "run.json").read_text())["train_samples"] == 60


def test_a_loss_that_is_not_finite_names_step_samples_and_rate(tmp_path):
    cell = make_cell(tmp_path)
    with h5py.File(cell.prepared, "a") as file:
        file["inputs"][7] = 3e38
    with pytest.raises(TrainingError, match=r"epoch 0, step \d+, samples .*learning rate"):
        finetuned(cell, tmp_path)


def test_a_failed_run_can_be_recorded_and_is_scored_as_failed(tmp_path):
    cell = make_cell(tmp_path)
    with h5py.File(cell.prepared, "a") as file:
        file["inputs"][7] = 3e38
    runs = finetuned(cell, tmp_path, keep_failure=True)
    score = score_of(cell, tmp_path, runs)
    assert score.status == "failed"
    assert "learning rate" in score.reason


def test_a_batch_larger_than_the_set_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="larger than the set of 60"):
        finetuned(make_cell(tmp_path, batch_size=61), tmp_path)


def test_weights_of_another_model_are_refused(tmp_path):
    cell = make_cell(tmp_path)
    runs = finetuned(cell, tmp_path)
    wider = replace(cell, settings=cell.settings.model_copy(update={"sequence_length": 12}))
    with pytest.raises(StateError, match="of another model"):
        score_of(wider, tmp_path, runs)


def test_a_finished_run_predicts_what_its_score_was_computed_from(tmp_path):
    cell = make_cell(tmp_path)
    runs = finetuned(cell, tmp_path)
    score = score_of(cell, tmp_path, runs)
    with h5py.File(tmp_path / "test.h5") as file:
        inputs, targets = file["inputs"][()], file["targets"][()]
    predicted = predict_new(cell, runs[0], inputs)
    assert 100 * np.mean(predicted.argmax(axis=1) != targets) == pytest.approx(score.value)


def test_predictions_for_a_file_of_new_inputs_are_those_of_the_model(tmp_path):
    cell = make_cell(tmp_path)
    runs = finetuned(cell, tmp_path)
    new = np.random.default_rng(5).normal(size=(70, *cell.task.input_shape)).astype(np.float32)
    np.savez(tmp_path / "new.npz", inputs=new)
    predict_file(cell, run=runs[0], inputs=tmp_path / "new.npz", output=tmp_path / "out.npz")
    with np.load(tmp_path / "out.npz") as found:
        model = trained_model(cell, runs[0]).eval()
        wanted = model(torch.from_numpy(new)).detach().numpy()
        np.testing.assert_allclose(found["predictions"], wanted, atol=1e-5)


@pytest.mark.parametrize(
    ("arrays", "told"),
    [
        ({"x": np.zeros((2, 2, 12))}, "holds no array 'inputs', but x"),
        ({"inputs": np.zeros((2, 3, 12))}, r"shape \(3, 12\) instead of \(2, 12\)"),
    ],
)
def test_inputs_that_are_none_of_the_task_are_refused(arrays, told, tmp_path):
    cell = make_cell(tmp_path)
    np.savez(tmp_path / "new.npz", **arrays)
    with pytest.raises(DataError, match=told):
        predict_file(cell, run=tmp_path, inputs=tmp_path / "new.npz", output=tmp_path / "o.npz")


def test_the_record_tells_settings_inputs_seconds_and_versions(cell, tmp_path):
    (run,) = finetuned(cell, tmp_path)
    record = json.loads((run / "run.json").read_text())
    assert record["settings"]["batch_size"] == 8
    assert str(cell.prepared) in record["inputs"]
    assert record["seconds"]["train"] > 0
    assert record["versions"]["torch"] == torch.__version__
    assert record["peak_memory_mb"] > 0


@pytest.fixture
def finer(monkeypatch):
    """A field on 12 points that is also tested on 24, and the task on these."""
    twice = replace(FIELDS, input_shape=(2, 24), target=Field(grid=(24,)))
    monkeypatch.setitem(TASKS._found, "made_up_24", (None, twice))
    return replace(FIELDS, also_tested_on=(("at_24", "made_up_24"),)), twice


def pointwise_run(task, twice, folder):
    """Return a pointwise run's cell and folder, and the two test splits."""
    cell = make_cell(folder, task)
    tests = [
        write_prepared(folder / "test.h5", task, part="test"),
        write_prepared(folder / "finer/test.h5", twice, part="test", name="made_up_24"),
    ]
    return cell, finetuned(cell, folder, method="orca_pointwise"), tests


def test_a_run_is_scored_at_another_resolution_too(finer, tmp_path):
    cell, runs, tests = pointwise_run(*finer, tmp_path)
    score = score_on(cell, tmp_path, runs, *tests)
    assert score.value == score_on(cell, tmp_path, runs, tests[0]).value
    for test, value in zip(tests, (score.value, score.metrics["nrmse_at_24"]), strict=True):
        predict_test(cell, run=runs[0], test=test, output=tmp_path / "out.npz")
        with np.load(tmp_path / "out.npz") as kept, h5py.File(test) as file:
            np.testing.assert_array_equal(kept["target"], file["targets"][()])
            assert METRICS["nrmse"].compute(kept["predicted"], kept["target"]) == value


def test_a_test_split_that_the_task_is_not_tested_on_is_refused(finer, tmp_path):
    cell, runs, tests = pointwise_run(*finer, tmp_path)
    cell = replace(cell, task=FIELDS)
    with pytest.raises(DataError, match="of the task 'made_up_24', which runs on 'made_up'"):
        score_on(cell, tmp_path, runs, *tests)


def test_what_a_method_fixes_stands_over_the_settings_and_in_the_record(tmp_path):
    cell = make_cell(tmp_path, FIELDS, kernel=4)
    (run,) = finetuned(cell, tmp_path, method="orca_pointwise")
    record = json.loads((run / "run.json").read_text())
    assert record["settings"]["kernel"] == 1
    assert record["settings"]["batch_size"] == 8
