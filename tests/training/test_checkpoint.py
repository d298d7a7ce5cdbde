import os
import resource
import signal

import pytest
import torch

from orca.errors import StateError
from orca.training.checkpoint import (
    PREEMPTED,
    Preempted,
    State,
    publish,
    read_tensors,
    write_tensors,
)


def state(folder, mark="a"):
    return State(folder, mark, seconds=0.0)


def test_what_is_written_is_read(tmp_path):
    tensors = {"a": torch.rand(3), "b": torch.arange(4)}
    write_tensors(tmp_path / "x.safetensors", tensors, {"epoch": 3})
    read, record = read_tensors(tmp_path / "x.safetensors")
    assert record == {"epoch": 3}
    assert all(torch.equal(tensors[name], read[name]) for name in tensors)


def test_a_damaged_file_is_named_with_the_mend(tmp_path):
    path = tmp_path / "x.safetensors"
    write_tensors(path, {"a": torch.rand(100)})
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(StateError, match="x.safetensors"):
        read_tensors(path)


def test_a_full_disk_leaves_the_old_checkpoint_whole(tmp_path):
    path = tmp_path / "x.safetensors"
    write_tensors(path, {"a": torch.zeros(10)})
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # then writing fails with an error
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
        with pytest.raises(StateError, match="cannot be written"):
            write_tensors(path, {"a": torch.ones(100_000)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert torch.equal(read_tensors(path)[0]["a"], torch.zeros(10))
    assert [file.name for file in tmp_path.iterdir()] == ["x.safetensors"]


def test_two_runs_cannot_hold_one_folder(tmp_path):
    with (
        state(tmp_path).held(),
        pytest.raises(StateError, match="another process"),
        state(tmp_path).held(),
    ):
        pass


def test_progress_of_other_settings_is_dropped_and_of_equal_ones_kept(tmp_path):
    with state(tmp_path).held() as held:
        held.save({"a": torch.ones(1)}, {"epoch": 1})
    with state(tmp_path).held() as held:
        assert held.load() is not None
    with state(tmp_path, "b").held() as held:
        assert held.load() is None


def test_a_stop_signal_ends_the_run_after_the_next_checkpoint(tmp_path):
    with state(tmp_path).held() as held:
        held.seconds = 1e9
        assert not held.due
        os.kill(os.getpid(), signal.SIGTERM)
        assert held.due
        with pytest.raises(Preempted) as stop:
            held.save({"a": torch.ones(1)}, {"epoch": 1})
        assert stop.value.code == PREEMPTED
        assert held.load() is not None


def test_publishing_moves_all_runs_of_a_job_and_removes_their_states(tmp_path):
    states = {}
    for seed in range(2):
        one = state(tmp_path / f"state{seed}")
        one.outputs.mkdir(parents=True)
        (one.outputs / "run.json").write_text(f"{seed}")
        states[tmp_path / f"seed{seed}"] = one
    publish(states)
    assert [(tmp_path / f"seed{seed}/run.json").read_text() for seed in range(2)] == ["0", "1"]
    assert not any(one.folder.exists() for one in states.values())
