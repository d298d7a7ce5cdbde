"""Pretraining a body that nobody publishes: what it leaves, and that it can be gone on with."""

import itertools
import json
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner
from transformers import SwinConfig, SwinModel

from orca.cli import orca
from orca.errors import SettingsError, TrainingError
from orca.models.assemble import load_body
from orca.models.bodies import swin_fractals
from orca.models.card import verify
from orca.models.embedder import build_embedder
from orca.models.pretraining.settings import PretrainSettings
from orca.models.settings import ModelSettings
from orca.training import pretrain_body as pretrain_body_module
from orca.training.checkpoint import Preempted
from orca.training.job_settings import write_settings
from orca.training.pretrain_body import Pretraining, pretrain_body, rate_factor
from orca.workflow import layout
from tests.training.toys import CPU, assert_same, history, weights

SMALL = PretrainSettings(fractal_classes=3, images_per_class=8, epochs=1, batch_size=64)
NAME = "swin_fractals"
SHAPE = swin_fractals.BODY.toy


@pytest.fixture(autouse=True, scope="module")
def small_shape():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(swin_fractals, "BODY", replace(swin_fractals.BODY, shape=SHAPE))
        yield


def pretrained(folder, settings=SMALL, name=NAME):
    places = {"out": folder / "body", "state": folder / "state"}
    pretrain_body(name, settings=settings, device=CPU, **places, checkpoint_seconds=30.0)
    return folder / "body"


@pytest.fixture(scope="module")
def body(tmp_path_factory):
    return pretrained(tmp_path_factory.mktemp("pretrained"))


def test_a_pretrained_body_is_loaded_like_a_fetched_one_and_by_the_library(body):
    verify(body, NAME)
    told = {"settings": ModelSettings(), "start": "pretrained", "generator": torch.Generator()}
    loaded = load_body(NAME, folder=body, **told)
    config = SwinConfig(
        image_size=SHAPE.side, patch_size=SHAPE.patch, embed_dim=SHAPE.width,
        depths=list(SHAPE.depths), num_heads=list(SHAPE.heads), window_size=SHAPE.window,
        mlp_ratio=SHAPE.inner,
    )  # fmt: skip
    theirs = SwinModel.from_pretrained(body, config=config, add_pooling_layer=False).eval()
    embedder = build_embedder((3, 24, 24), body=loaded, **told)
    images = torch.randn(2, 3, 24, 24)
    hidden = loaded.encoder.eval()(embedder(images))
    torch.testing.assert_close(hidden, theirs(images).last_hidden_state, atol=1e-5, rtol=1e-4)


def test_the_card_tells_the_accuracy_the_seconds_the_seed_and_the_settings(body):
    card = json.loads((body / "card.json").read_text())
    assert 0 <= card["held_out_accuracy"] <= 1
    assert card["classes"] == 13
    assert card["seed"] == 0
    assert card["settings"] == SMALL.model_dump(mode="json")
    assert card["seconds"]["train"] > 0
    assert card["from"] == "pretraining"
    assert (body / "history.csv").read_text().startswith("epoch,train_loss,seconds\n0,")


def command(**told):
    """Pretrain a body in this folder as the workflow does, with its settings in a file."""
    told = {"settings": {"pretraining": SMALL.model_dump(mode="json")}, **told}
    write_settings(Path(layout.settings(layout.path("bodies", body=NAME))), told)
    done = CliRunner().invoke(orca, ["pretrain-body", NAME, "--device", "cpu"])
    assert done.exit_code == 0, done.output


def test_the_command_makes_the_same_body_whatever_was_drawn_before(body, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.randn(7)
    out = Path(layout.path("bodies", body=NAME))
    command()
    assert_same(weights(body, "model"), weights(out, "model"))

    (out / "model.safetensors").unlink()  # as Snakemake does where the job's end went unnoticed
    before = (out / "run.json").read_bytes()
    for _ in range(2):
        command()
        assert (out / "model.safetensors").exists()
        assert (out / "run.json").read_bytes() == before
    assert not Path(layout.path("state", step="pretrain_body"), NAME).exists()


@pytest.mark.parametrize(("told", "saved"), [({"checkpoint_seconds": 0.0}, 26), ({}, 0)])
def test_checkpoints_lie_apart_as_the_job_s_settings_say(tmp_path, monkeypatch, told, saved):
    """One at each of the 27 steps but the last, or, in a run of seconds, none."""
    monkeypatch.chdir(tmp_path)
    written = []
    monkeypatch.setattr(Pretraining, "_save", lambda self: written.append(self.step))
    command(**told)
    assert len(written) == saved


@pytest.fixture
def steps(tmp_path, monkeypatch):
    """The steps of a pretraining that was asked to stop in its eleventh, and of those after it."""
    train, found = Pretraining._train, []

    def stopped(self, step, total):
        if len(found) == 10:
            os.kill(os.getpid(), signal.SIGTERM)
        found.append(step)
        train(self, step, total)

    monkeypatch.setattr(Pretraining, "_train", stopped)
    with pytest.raises(Preempted):
        pretrained(tmp_path)
    return found


def test_a_pretraining_that_was_stopped_ends_with_equal_weights(body, tmp_path, steps):
    assert not (tmp_path / "body").exists()
    pretrained(tmp_path)
    assert steps == list(range(27))
    assert_same(weights(body, "model"), weights(tmp_path / "body", "model"))
    assert history(body, "train_loss") == history(tmp_path / "body", "train_loss")


def test_progress_of_other_settings_is_not_gone_on_with(tmp_path, steps):
    pretrained(tmp_path, SMALL.model_copy(update={"seed": 1}))
    assert steps[11] == 0


def test_training_lowers_the_loss(tmp_path):
    settings = SMALL.model_copy(update={"epochs": 4, "batch_size": 16})
    rows = (pretrained(tmp_path, settings) / "history.csv").read_text().splitlines()[1:]
    losses = [float(row.split(",")[1]) for row in rows]
    assert losses[-1] < 0.9 * losses[0]


def test_a_loss_that_is_no_number_ends_the_training_and_names_the_step(tmp_path, monkeypatch):
    whole = pretrain_body_module.coloured
    calls = itertools.count()

    def spoilt(images, generator):
        return whole(images, generator) * (float("nan") if next(calls) == 1 else 1.0)

    monkeypatch.setattr(pretrain_body_module, "coloured", spoilt)
    with pytest.raises(TrainingError, match="^pretraining step 1: the loss is nan"):
        pretrained(tmp_path, SMALL.model_copy(update={"batch_size": 8}))
    assert not (tmp_path / "body").exists()


def test_the_rate_rises_to_its_highest_and_falls_to_nothing():
    factors = [rate_factor(step, 200) for step in range(200)]
    assert max(factors) == 1.0
    assert factors.index(1.0) < 20
    assert factors[-1] < 0.001
    assert all(later <= earlier for earlier, later in zip(factors[10:], factors[11:], strict=False))


def test_a_published_body_is_not_pretrained_again(tmp_path):
    with pytest.raises(SettingsError, match="pretrained already"):
        pretrained(tmp_path, name="minilm")
