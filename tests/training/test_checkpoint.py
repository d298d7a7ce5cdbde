import os
import signal
from pathlib import Path

import pytest
import torch

from orca.errors import StateError
from orca.provenance import write_json
from orca.training import checkpoint, tensor_file
from orca.training.checkpoint import PREEMPTED, Preempted, State, publish
from orca.training.record import output_digests
from orca.training.tensor_file import read_tensors, write_tensors
from tests.limits import file_size_limit
from tests.training.toys import FIELDS, history, make_finetune


def state(folder, key="a"):
    return State(folder, key, seconds=0.0)


def test_no_byte_of_a_checkpoint_is_changed_unnoticed(tmp_path):
    with state(tmp_path).held() as held:
        held.save({"a": torch.rand(3), "b": torch.arange(4) > 1}, {"epoch": 1})
    path = tmp_path / "checkpoint.safetensors"
    content = path.read_bytes()
    for place in range(len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with pytest.raises(StateError, match=f"Mend: remove {tmp_path} and run"):
            held.load()


def test_the_checkpoint_of_another_run_is_refused(tmp_path):
    for name in "ab":
        with state(tmp_path / name, name).held() as held:
            held.save({"a": torch.ones(1)}, {"epoch": 1})
    (tmp_path / "a/checkpoint.safetensors").replace(tmp_path / "b/checkpoint.safetensors")
    with pytest.raises(StateError, match="it is of another run"):
        held.load()


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
def test_a_checkpoint_that_is_no_file_is_refused_and_not_waited_for(tmp_path, make):
    make(tmp_path / "checkpoint.safetensors")
    with pytest.raises(StateError, match="no such file"):
        state(tmp_path).load()


def test_a_full_disk_leaves_the_old_checkpoint_whole(tmp_path):
    path = tmp_path / "x.safetensors"
    write_tensors(path, {"a": torch.zeros(10)})
    with file_size_limit(4096), pytest.raises(StateError, match="cannot be written"):
        write_tensors(path, {"a": torch.ones(100_000)})
    assert torch.equal(read_tensors(path)[0]["a"], torch.zeros(10))
    assert [file.name for file in tmp_path.iterdir()] == ["x.safetensors"]


def test_two_runs_cannot_hold_one_folder(tmp_path):
    with (
        state(tmp_path).held(),
        pytest.raises(StateError, match="another process"),
        state(tmp_path).held(),
    ):
        pass


def test_a_stop_signal_ends_the_run_after_the_next_checkpoint(tmp_path):
    held = state(tmp_path)
    with pytest.raises(Preempted) as stop, held.held():
        held.seconds = 1e9
        assert not held.due
        os.kill(os.getpid(), signal.SIGTERM)
        assert held.due
        held.save({"a": torch.ones(1)}, {"epoch": 1})
        raise AssertionError("the checkpoint does not end the run")
    assert stop.value.code == PREEMPTED
    assert held.load() is not None


def test_a_stop_signal_after_the_last_checkpoint_ends_the_process_when_the_run_is_over(tmp_path):
    done = []
    with pytest.raises(Preempted), state(tmp_path).held():
        os.kill(os.getpid(), signal.SIGTERM)
        done.append("the rest of the run")
    assert done


def test_checkpoints_take_a_hundredth_of_the_time_at_most(tmp_path, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(checkpoint.time, "monotonic", lambda: now[0])

    def write(*_):
        now[0] += 2.0

    monkeypatch.setattr(checkpoint, "write_tensors", write)
    held = State(tmp_path, "a", seconds=30.0)
    with held.held():
        now[0] = 31.0
        assert held.due
        held.save({}, {})
        now[0] += 199.0
        assert not held.due
        now[0] += 2.0
        assert held.due


@pytest.mark.parametrize(("seconds", "checkpoints"), [(0.0, 36), (1e9, 0)])
def test_a_run_that_improves_at_each_validation_writes_checkpoints_and_nothing_beside_them(
    tmp_path, monkeypatch, seconds, checkpoints
):
    places, save_file = [], tensor_file.save_file

    def counted(tensors, path, **options):
        places.append(Path(path).parent)
        save_file(tensors, path, **options)

    step = make_finetune(
        tmp_path, FIELDS, selection="best_on_validation", epochs=6, learning_rate=3e-3
    )
    monkeypatch.setattr(tensor_file, "save_file", counted)
    with State(tmp_path / "state", "a", seconds=seconds).held() as held:
        held.outputs.mkdir()
        step.run(0, held, held.outputs)
    scores = history(held.outputs, "validation")
    assert scores == sorted(set(scores), reverse=True)
    assert places == [held.folder] * checkpoints + [held.outputs]


def test_publishing_gives_a_run_its_place_the_record_last_and_nothing_else(tmp_path, monkeypatch):
    one, place, order = state(tmp_path / "state"), tmp_path / "seed0", []
    one.outputs.mkdir(parents=True)
    place.mkdir()
    (place / "run.json").write_text("of an earlier run")
    for name in ("weights", "a", "z"):
        (one.outputs / name).write_text(name)
    write_json(one.outputs / "run.json", {"key": "a", "outputs": output_digests(one.outputs)})
    (one.outputs / "stray").write_text("what the record does not name")
    link = checkpoint._link_or_copy

    def linked(file, to):
        assert not (place / "run.json").exists()
        order.append(file.name)
        link(file, to)

    monkeypatch.setattr(checkpoint, "_link_or_copy", linked)
    publish(one, place)
    assert order == ["a", "weights", "z", "run.json"]
    assert {file.name for file in place.iterdir()} == {*order}
    assert all((place / name).read_text() == name for name in order[:-1])


def test_what_is_not_finished_is_not_published(tmp_path):
    one = state(tmp_path / "state")
    one.outputs.mkdir(parents=True)
    write_json(one.outputs / "run.json", {"key": "a", "outputs": {"weights": "gone"}})
    with pytest.raises(StateError, match="does not hold what the run's record says"):
        publish(one, tmp_path / "seed0")
    assert not (tmp_path / "seed0").exists()
