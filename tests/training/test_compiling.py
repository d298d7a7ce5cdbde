"""Compiled models: where they pay, where they cannot be, and what compiling leaves as it was."""

import json
import logging
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import orca
from orca.cost import FORWARD_AND_BACK, operations
from orca.data.target import Classes
from orca.declarations import named
from orca.errors import SettingsError
from orca.models.assemble import put_together
from orca.models.body import BODIES
from orca.models.settings import ModelSettings
from orca.training.batches import seeded
from orca.training.compiling import chosen, repeatable, start, step_work
from orca.training.settings import FinetuneSettings
from orca.training.setup import output_of
from tests.models.library_models import loaded
from tests.training.toys import CPU, assert_same, make_finetune, record, run, weights
from tests.tuning.toy_search import make_search

ROOT = Path(__file__).parents[2]
GPU = torch.device("cuda")
NARROW = {
    "roberta_base": {"width": 24, "heads": 2, "inner": 24, "vocabulary": 10},
    "swin_base": {"width": 8, "heads": (1, 1, 1, 1)},
}


def work(body, input_shape, *, batch=1, **changes):
    """Return the work of a step of a body whose shape is changed."""
    settings = ModelSettings(sequence_length=32)
    shape = replace(BODIES[body].shape, **changes)
    load = named(BODIES[body].encoder)
    model = put_together(
        load(shape, None, settings=settings, generator=seeded(0)),
        input_shape=input_shape,
        output=output_of(Classes(3)),
        settings=settings,
        embedder="random",
        generator=seeded(1),
    )
    return step_work(model, torch.randn(batch, *input_shape), "tf32")


@cache
def kernels_of(body, input_shape):
    """Return the kernels of a step of a body as deep as it is, and narrow."""
    return work(body, input_shape, **NARROW[body])[0]


def chosen_for(body, input_shape, *, batch, tokens, steps):
    """Return how a body runs on a GPU by default."""
    kernels = kernels_of(body, input_shape)
    size = FORWARD_AND_BACK * batch * operations(BODIES[body].shape, tokens)
    wanted = FinetuneSettings().compile
    return chosen(wanted, GPU, steps=steps, precision="tf32", work=lambda: (kernels, size))


LINE = {"body": "roberta_base", "input_shape": (1, 1024), "batch": 4, "tokens": 32}
IMAGES = {"body": "swin_base", "input_shape": (3, 32, 32), "tokens": 0}


def test_a_gpu_that_would_wait_for_small_steps_replays_them():
    assert chosen_for(**LINE, steps=20_000) == "reduce-overhead"
    assert chosen_for(**IMAGES, batch=4, steps=20_000) == "reduce-overhead"


def test_steps_that_take_longer_to_compute_than_to_ask_for_are_not_compiled():
    assert chosen_for(**IMAGES, batch=64, steps=1_000_000) == "off"
    assert chosen_for(**{**LINE, "batch": 1024}, steps=1_000_000) == "off"


def test_a_run_too_short_to_make_up_for_compiling_is_not_compiled():
    assert chosen_for(**LINE, steps=50) == "off"
    assert chosen_for(**LINE, steps=10_001) == "off"


def test_nothing_is_compiled_or_counted_on_a_cpu_and_what_is_named_is_taken():
    def never():
        raise AssertionError

    kinds = {"steps": 10**9, "precision": "tf32", "work": never}
    assert chosen("auto", CPU, **kinds) == "off"
    for name in ("off", "default", "reduce-overhead"):
        assert chosen(name, GPU, **kinds) == name


def test_the_operations_counted_are_those_that_costs_are_estimated_by():
    _, counted = work("minilm", (1, 128), batch=2, layers=1, vocabulary=10)
    shape = replace(BODIES["minilm"].shape, layers=1)
    assert counted == pytest.approx(FORWARD_AND_BACK * 2 * operations(shape, 32), rel=0.05)


def test_counting_leaves_no_gradient_and_uses_no_random_number(tmp_path):
    model = make_finetune(tmp_path, dropout=0.5).setup.build_for("finetune", None, seed=0).train()
    before = torch.get_rng_state()
    kernels, _ = step_work(model, torch.randn(4, 2, 12, generator=seeded(0)), "tf32")
    assert kernels > 0
    assert torch.equal(torch.get_rng_state(), before)
    assert all(weight.grad is None for weight in model.parameters())


@pytest.fixture
def no_compiler(monkeypatch):
    """Compiling fails at a part's first call, as without a C++ compiler."""

    def compiled(part, **_how):
        def fail(*_inputs):
            raise RuntimeError("No working C++ compiler found")

        part._compiled_call_impl = fail

    monkeypatch.setattr(nn.Module, "compile", compiled)


def ended(folder, name, **changes):
    return run(make_finetune(folder, epochs=2, **changes), folder / name)[0]


def test_where_a_model_cannot_be_compiled_auto_says_so_and_trains_as_written(
    tmp_path, monkeypatch, caplog, no_compiler
):
    plain = ended(tmp_path, "off", compile="off")
    monkeypatch.setattr("orca.training.compiling.chosen", lambda *_, **__: "reduce-overhead")
    with caplog.at_level(logging.INFO, logger="orca"):
        found = ended(tmp_path, "auto")
    (told,) = (line for line in caplog.messages if "compile" in line)
    assert "not compiled" in told
    assert "No working C++ compiler found" in told
    assert record(found)["compiled"] == record(plain)["compiled"] == "off"
    assert_same(weights(found), weights(plain))


@pytest.mark.parametrize("how", ["default", "reduce-overhead"])
def test_what_is_to_be_compiled_and_cannot_be_is_one_error(how, tmp_path, no_compiler):
    with pytest.raises(
        SettingsError, match=r"finetune.compile: .*No working C\+\+ compiler"
    ) as fault:
        ended(tmp_path, how, compile=how)
    assert "Mend: install a C++ compiler" in str(fault.value)


def test_after_its_run_a_model_is_as_written_for_inputs_of_any_number(monkeypatch):
    def compiled(part, **_how):
        part._compiled_call_impl = part._call_impl

    monkeypatch.setattr(nn.Module, "compile", compiled)
    model = orca.build(loaded("minilm"), (3, 16), 2, device="cpu", seed=0)
    inputs, classes = torch.randn(8, 3, 16, generator=seeded(2)).numpy(), np.arange(8) % 2
    settings = FinetuneSettings(epochs=1, batch_size=4, warmup_epochs=0, compile="default")
    told = orca.finetune(model, inputs, classes, loss="cross_entropy", settings=settings)
    assert told.compiled == "default"
    assert {part._compiled_call_impl for part in model.modules()} == {None}


def test_a_trial_is_sure_of_its_lowest_rung_alone(tmp_path, monkeypatch):
    steps = []

    def noted(model, wanted, **told):
        steps.append(told["steps"])
        return start(model, wanted, **told)

    monkeypatch.setattr("orca.training.finetune_loop.start", noted)
    make_search(tmp_path, trials=1, min_epochs=2, max_epochs=4).work()
    run(make_finetune(tmp_path, epochs=3), tmp_path / "run")
    assert steps == [2 * 6, 3 * 8]  # 48 and 60 samples in batches of 8


def test_compiled_code_is_asked_for_the_same_bits_and_nothing_else_is_changed():
    def rules():
        return (
            torch.are_deterministic_algorithms_enabled(),
            torch.utils.deterministic.fill_uninitialized_memory,
        )

    before = rules()
    with repeatable("off"):
        assert rules() == before
    with pytest.raises(KeyError), repeatable("default"):
        assert rules() == (True, False)
        raise KeyError
    assert rules() == before


@pytest.mark.slow
def test_every_body_compiles_as_one_graph_once_and_a_stopped_run_ends_as_a_whole_one(tmp_path):
    command = [sys.executable, "-m", "tests.training.compiled", tmp_path]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert not found.returncode, found.stderr[-3000:]
    told = json.loads(found.stdout)
    graphs = told.pop("graphs")
    assert {name.split(",")[0] for name in graphs} == set(BODIES)
    assert set(graphs.values()) == {3}  # embedder, body, predictor
    assert told == {"graphs of a run": 3, "stopped ends as whole": True}
