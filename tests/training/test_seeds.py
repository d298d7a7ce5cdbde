"""What a job of several seeds makes, leaves as it is, and waits for."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from dataclasses import dataclass, field

import pytest

from orca.training import checkpoint
from orca.training.checkpoint import Preempted
from orca.training.finetune import Finetune
from orca.training.seeds import run_seeds
from tests.training.toys import make_finetune, record


@dataclass(frozen=True, kw_only=True)
class Counted(Finetune):
    """Fine-tuning that remembers the seeds it was run with."""

    made: list[int] = field(default_factory=list)

    def run(self, seed, state, out):
        self.made.append(seed)
        super().run(seed, state, out)


@pytest.fixture
def job(tmp_path):
    """Return a job over some seeds: its keys, and the seeds that it trained."""

    def start(*seeds, **changes):
        step = Counted(**vars(make_finetune(tmp_path, epochs=1, **changes)))
        places = {"out": tmp_path / "out", "state": tmp_path / "state"}
        keys = run_seeds(step, seeds, **places, checkpoint_seconds=30.0)
        return keys, step.made

    return start


def test_adding_seeds_trains_the_new_ones_alone(job):
    keys, made = job(0)
    more, added = job(0, 1, 2)
    assert (made, added) == ([0], [1, 2])
    assert more[0] == keys[0]
    assert len(set(more.values())) == 3


def test_jobs_over_the_same_seeds_however_shared_train_none_and_have_the_same_keys(job, tmp_path):
    keys, _ = job(0, 1, 2)
    assert job(0, 1, 2) == (keys, [])
    shares = [job(2, 0), job(1)]
    assert {seed: key for share, _ in shares for seed, key in share.items()} == keys
    assert not any(made for _, made in shares)
    for seed, key in keys.items():
        assert record(tmp_path / f"out/seed{seed}")["key"] == key


def test_a_seed_made_anew_withdraws_what_other_jobs_said_of_it(job, tmp_path):
    keys, _ = job(0, 1, 2)
    stamps = {"seeds0-1": (0, 1), "seed2": (2,), "seeds1-2": (1, 2)}
    for name, seeds in stamps.items():
        told = {f"seed{seed}": keys[seed] for seed in seeds}
        (tmp_path / f"out/{name}.json").write_text(json.dumps(told))
    job(0, batch_size=16)
    assert sorted(path.stem for path in (tmp_path / "out").glob("*.json")) == ["seed2", "seeds1-2"]


def test_a_job_asked_to_stop_at_the_end_of_a_seed_publishes_it_and_begins_no_other(
    job, tmp_path, monkeypatch
):
    def asked_to_stop(state, place):
        os.kill(os.getpid(), signal.SIGTERM)
        checkpoint.publish(state, place)

    with monkeypatch.context() as patch, pytest.raises(Preempted):
        patch.setattr("orca.training.seeds.publish", asked_to_stop)
        job(0, 1)
    assert (tmp_path / "out/seed0/run.json").exists()
    assert job(0, 1)[1] == [1]


def test_progress_that_does_not_say_whose_it_is_is_dropped(job, tmp_path):
    outputs = tmp_path / "state/seed0/outputs"
    outputs.mkdir(parents=True)
    (outputs / "run.json").write_text("{}")
    (outputs / "stray.txt").write_text("of another run")
    assert job(0)[1] == [0]
    assert not (tmp_path / "out/seed0/stray.txt").exists()
    assert not (tmp_path / "state/seed0").exists()


HOLD = textwrap.dedent("""
    import json, sys
    from pathlib import Path
    from orca.training.checkpoint import State, publish
    folder, key = Path(sys.argv[1]), sys.argv[2]
    state = State(folder / "state/seed0", key, seconds=30.0)
    with state.held():
        print("held", flush=True)
        sys.stdin.readline()
        state.outputs.mkdir()
        (state.outputs / "run.json").write_text(json.dumps({"key": key, "outputs": {}}))
        publish(state, folder / "out/seed0")
""")


def test_a_seed_that_another_process_holds_is_waited_for_and_not_made_twice(
    job, tmp_path, monkeypatch
):
    key = job(0)[0][0]
    (tmp_path / "out/seed0/run.json").unlink()
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path), key],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdout.readline() == "held\n"

    def let_go(message, *_):
        if "waiting for it" in message:
            holder.stdin.write("\n")
            holder.stdin.flush()

    monkeypatch.setattr(checkpoint.log, "info", let_go)
    assert job(0) == ({0: key}, [])
    assert holder.wait() == 0
