"""Each job has a GPU of its own."""

import time
from contextlib import ExitStack, nullcontext
from types import SimpleNamespace

import pytest
import torch

from orca.errors import StateError
from orca.training import device as module
from orca.training.device import held_device, slot, slots_of
from tests import forked


def hold(folder):
    with slot(["0", "1"], folder) as number:
        (folder / f"held{number}").touch()
        time.sleep(60)


@pytest.fixture
def holder(tmp_path):
    process = forked.start(hold, tmp_path, said=tmp_path / "said")
    while process.is_alive() and not list(tmp_path.glob("held*")):
        time.sleep(0.01)
    assert (tmp_path / "held0").exists()
    yield process
    process.kill()
    process.join()


@pytest.mark.usefixtures("holder")
def test_a_second_process_takes_the_second_gpu(tmp_path):
    with slot(["0", "1"], tmp_path) as number:
        assert number == 1


def test_a_killed_process_leaves_its_gpu_free(tmp_path, holder):
    holder.kill()
    holder.join()
    with slot(["0", "1"], tmp_path) as number:
        assert number == 0


def test_a_job_waits_until_a_gpu_is_free(tmp_path, holder, monkeypatch):
    def wait(seconds):
        holder.kill()
        holder.join()

    monkeypatch.setattr(module, "time", SimpleNamespace(sleep=wait))
    with slot(["0"], tmp_path) as number:
        assert number == 0


def test_locks_go_by_the_machines_own_numbers():
    assert slots_of({"CUDA_VISIBLE_DEVICES": "2,5"}, 2) == ["2", "5"]
    assert slots_of({}, 2) == ["0", "1"]


@pytest.fixture(autouse=True)
def two_gpus(monkeypatch):
    monkeypatch.setattr(module, "choose_device", lambda name: torch.device("cuda"))
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)


def test_several_gpus_are_dealt_out_each_to_as_many_jobs_as_may_share_it(monkeypatch, tmp_path):
    monkeypatch.setattr(torch.cuda, "device", lambda number: nullcontext())
    monkeypatch.setattr(module.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    with ExitStack() as stack:
        held = [stack.enter_context(held_device("auto", runs_per_gpu=2)) for _ in range(4)]
        assert [device.index for device in held] == [0, 1, 0, 1]


def test_a_schedulers_choice_stands(monkeypatch):
    monkeypatch.setenv("SLURM_JOB_ID", "7")
    with held_device("auto") as device:
        assert device.index is None
    with held_device("auto") as again:
        assert again.index is None


def test_the_folder_of_the_locks_is_private(tmp_path):
    with slot(["0"], tmp_path / "locks"):
        assert (tmp_path / "locks").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("make", ["a link", "open to all", "a file"])
def test_a_folder_of_locks_that_others_could_write_to_is_refused(make, tmp_path):
    folder = tmp_path / "locks"
    if make == "a link":
        (tmp_path / "elsewhere").mkdir()
        folder.symlink_to(tmp_path / "elsewhere")
    elif make == "open to all":
        folder.mkdir()
        folder.chmod(0o777)
    else:
        folder.write_text("")
    with pytest.raises(StateError, match="locks"), slot(["0"], folder):
        pass
