import sys
from dataclasses import replace
from types import ModuleType

import h5py
import numpy as np
import pytest
import torch

from orca.data.target import Field
from orca.data.task import TASKS
from orca.errors import DataError, SettingsError, StateError, TrainingError
from orca.evaluation.metric import METRICS
from orca.evaluation.score import read_score
from orca.training.evaluate import evaluate, predict_test
from orca.training.predict_new import predict_file
from orca.training.tensor_file import write_tensors
from tests.edited import edited
from tests.training.toys import (
    CLASSES,
    CPU,
    FIELDS,
    ToyRun,
    history,
    make_finetune,
    record,
    run,
    weights,
    write_prepared,
)

TOO_LARGE = 3e38


def finished(step, folder):
    """Return the finished run of seed 0, after making it."""
    (place,) = run(step, folder)
    return ToyRun(place, CPU, step.setup.task)


def score_of(found, folder):
    return score_on(found, folder, write_prepared(folder / "test.h5", found.task, part="test"))


def score_on(found, folder, *tests):
    evaluate(found, tests=tests, hyperparameters="x", out=folder / "score.json")
    return read_score(folder / "score.json")


@pytest.mark.parametrize("task", [CLASSES, FIELDS], ids=["classes", "fields"])
def test_training_lowers_the_loss_and_beats_no_training(task, tmp_path):
    trained = finished(make_finetune(tmp_path, task, epochs=15), tmp_path)
    losses = history(trained.folder, "train_loss")
    assert losses[-1] < 0.8 * losses[0]
    lazy = make_finetune(tmp_path, task, epochs=1, learning_rate=1e-8)
    before = score_of(finished(lazy, tmp_path / "lazy"), tmp_path / "lazy")
    assert score_of(trained, tmp_path).value < before.value


def assert_equal_steps(folder, one, other):
    plain = {"dropout": 0.0, "epochs": 2, "schedule": "constant", "name": "sgd"}
    first, second = (
        weights(*run(make_finetune(folder, **plain, **changes), folder / str(number)))
        for number, changes in enumerate((one, other))
    )
    torch.testing.assert_close(first, second, atol=1e-6, rtol=1e-5)


def test_accumulated_batches_take_the_step_of_one_large_batch(tmp_path):
    assert_equal_steps(tmp_path, {"batch_size": 16}, {"batch_size": 4, "accumulation": 4})


def test_gradients_that_add_up_over_replayed_steps_give_the_same_step(tmp_path, monkeypatch):
    monkeypatch.setattr("orca.training.compiling.compile_parts", lambda *_: None)
    accumulated = {"batch_size": 4, "accumulation": 4}
    assert_equal_steps(tmp_path, accumulated, {**accumulated, "compile": "reduce-overhead"})


def test_summed_gradients_take_the_step_of_the_mean_at_as_many_times_the_rate(tmp_path):
    small = {"batch_size": 4, "accumulation": 5, "momentum": 0.0}
    summed = {**small, "accumulate": "sum", "learning_rate": 1e-3}
    assert_equal_steps(tmp_path, {**small, "learning_rate": 5e-3}, summed)


def test_what_a_method_freezes_stays_as_it_was_and_the_rest_moves(tmp_path):
    step = make_finetune(tmp_path, method="fpt")
    moved = weights(*run(step, tmp_path))
    assert all("norm" in name.lower() for name in moved if name.startswith("body."))
    start = dict(step.setup.build_for("fpt", None, seed=0).named_parameters())
    assert not any(torch.equal(start[name], moved[name]) for name in moved)


def test_the_best_epoch_on_validation_samples_is_kept(tmp_path):
    step = make_finetune(tmp_path, selection="best_on_validation", epochs=6, learning_rate=3e-3)
    found = finished(step, tmp_path)
    scores = history(found.folder, "validation")
    assert found.record["best_epoch"] == int(np.argmin(scores))
    assert found.record["train_samples"] == 48


def test_chosen_by_the_test_split_as_published_the_score_is_that_of_the_best_epoch(tmp_path):
    step = make_finetune(tmp_path, selection="test_as_published", epochs=6, learning_rate=3e-3)
    test = write_prepared(tmp_path / "test.h5", CLASSES, part="test")
    found = finished(replace(step, test=test), tmp_path)
    scores = history(found.folder, "validation")
    assert found.record["best_epoch"] == int(np.argmin(scores))
    assert found.record["train_samples"] == 60
    assert str(test) in found.record["inputs"]
    score = score_on(found, tmp_path, test)
    assert score.selection == "test_as_published"
    assert score.value == pytest.approx(min(scores))


def test_the_last_epoch_is_trained_on_validation_samples_too(finetune, tmp_path):
    assert finished(finetune, tmp_path).record["train_samples"] == 60


@pytest.fixture
def diverging(finetune):
    with edited(finetune.setup.prepared) as file:
        file["inputs"][7] = TOO_LARGE
    return finetune


def test_a_loss_that_is_not_finite_names_step_samples_and_rate(diverging, tmp_path):
    with pytest.raises(TrainingError, match=r"epoch 0, step \d+, samples .*learning rate"):
        run(diverging, tmp_path)


def test_a_failed_run_can_be_recorded_and_is_scored_as_failed(diverging, tmp_path):
    score = score_of(finished(replace(diverging, keep_failure=True), tmp_path), tmp_path)
    assert score.status == "failed"
    assert "learning rate" in score.reason


def test_a_batch_larger_than_the_set_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="larger than the set of 60"):
        run(make_finetune(tmp_path, batch_size=61), tmp_path)


def test_weights_of_another_model_are_refused(finetune, tmp_path):
    found = finished(finetune, tmp_path)
    found.record["settings"]["model"]["sequence_length"] = 12
    with pytest.raises(StateError, match="of another model"):
        found.model()


def test_weights_that_are_not_those_of_the_run_are_refused(finetune, tmp_path):
    found = finished(finetune, tmp_path)
    path = found.folder / "weights.safetensors"
    write_tensors(path, {name: tensor + 1 for name, tensor in weights(found.folder).items()})
    with pytest.raises(StateError, match="weights.safetensors: it is not the file") as fault:
        replace(found).model()
    assert "Mend: " in str(fault.value)


def test_a_score_that_is_there_is_left_and_one_of_another_run_is_made_anew(finetune, tmp_path):
    found = finished(finetune, tmp_path)
    first = score_of(found, tmp_path)
    written = (tmp_path / "score.json").stat().st_mtime_ns
    assert score_of(found, tmp_path) == first
    assert (tmp_path / "score.json").stat().st_mtime_ns == written
    other = make_finetune(tmp_path, learning_rate=1e-8)
    assert score_of(finished(other, tmp_path / "other"), tmp_path).key != first.key
    assert (tmp_path / "score.json").stat().st_mtime_ns > written


def test_predictions_for_a_file_of_new_inputs_are_those_of_the_model(finetune, tmp_path):
    found = finished(finetune, tmp_path)
    new = np.random.default_rng(5).normal(size=(70, *CLASSES.input_shape)).astype(np.float32)
    np.savez(tmp_path / "new.npz", inputs=new)
    predict_file(found, inputs=tmp_path / "new.npz", output=tmp_path / "out.npz")
    with np.load(tmp_path / "out.npz") as kept, torch.no_grad():
        wanted = found.model().eval()(torch.from_numpy(new)).numpy()
        logits = np.exp(wanted - wanted.max(axis=1, keepdims=True))
        shares = logits / logits.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(kept["probability"], shares, atol=1e-5)
        assert kept["prediction"].tolist() == [str(n) for n in wanted.argmax(axis=1)]


def test_inputs_that_are_none_of_the_task_are_refused(finetune, tmp_path):
    found = finished(finetune, tmp_path)
    for arrays, told in (
        ({"x": np.zeros((2, 2, 12))}, "no array 'inputs'"),
        ({"inputs": np.zeros((2, 3, 12))}, r"shape \(3, 12\), those of the fit file of \(2, 12\)"),
    ):
        np.savez(tmp_path / "new.npz", **arrays)
        with pytest.raises(DataError, match=told):
            predict_file(found, inputs=tmp_path / "new.npz", output=tmp_path / "out.npz")


def test_the_record_tells_settings_inputs_seconds_and_versions(tmp_path):
    step = make_finetune(tmp_path, method="orca_lora")
    told = record(*run(step, tmp_path))
    assert told["settings"]["finetune"]["batch_size"] == 8
    assert told["settings"]["method"] == {"rank": 8, "alpha": 16}
    assert str(step.setup.prepared) in told["inputs"]
    assert told["seconds"]["train"] > 0
    assert told["versions"]["torch"] == torch.__version__
    assert told["peak_memory_mb"] > 0


@pytest.fixture
def pointwise(monkeypatch, tmp_path):
    """A run on a field of 12 points that is also tested on 24, and the two test splits."""
    twice = replace(FIELDS, input_shape=(2, 24), target=Field(grid=(24,)))
    module = ModuleType("orca.data.tasks.made_up_24")
    module.TASK = twice
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(vars(TASKS), "_files", [*TASKS._files, "made_up_24"])
    task = replace(FIELDS, also_tested_on=(("at_24", "made_up_24"),))
    tests = [
        write_prepared(tmp_path / "test.h5", task, part="test"),
        write_prepared(tmp_path / "finer/test.h5", twice, part="test", name="made_up_24"),
    ]
    return finished(make_finetune(tmp_path, task, kernel=1), tmp_path), tests


def test_a_run_is_scored_at_another_resolution_too(pointwise, tmp_path):
    found, tests = pointwise
    score = score_on(found, tmp_path, *tests)
    assert score.value == score_on(found, tmp_path, tests[0]).value
    for test, value in zip(tests, (score.value, score.metrics["nrmse_at_24"]), strict=True):
        predict_test(found, test=test, output=tmp_path / "out.npz")
        with np.load(tmp_path / "out.npz") as kept, h5py.File(test) as file:
            np.testing.assert_array_equal(kept["target"], file["targets"][()])
            assert METRICS["nrmse"].compute(kept["predicted"], kept["target"]) == value


def test_a_test_split_that_the_task_is_not_tested_on_is_refused(pointwise, tmp_path):
    found, tests = pointwise
    found = replace(found, made_up=FIELDS)
    with pytest.raises(DataError, match="of the task 'made_up_24', which runs on 'made_up'"):
        score_on(found, tmp_path, *tests)
