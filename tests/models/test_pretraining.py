"""Pretraining a body without a network: its images, and what it leaves behind."""

import json

import numpy as np
import pytest
import torch
from transformers import SwinConfig, SwinModel

from orca.errors import SettingsError
from orca.models.assemble import load_body
from orca.models.bodies import swin_fractals
from orca.models.embedder import build_embedder
from orca.models.encoders.swin import load_swin
from orca.models.pretraining.fractals import LEAST_FILLED, fractal_images, random_maps, render
from orca.models.pretraining.pretrain import body_tensors, coloured, pretrain
from orca.models.weights import verify
from orca.settings import ModelSettings, PretrainSettings

SMALL = PretrainSettings(fractal_classes=3, images_per_class=8, epochs=1, batch_size=64)


def test_equal_seeds_give_equal_fractals_and_others_do_not():
    first, second, other = (
        fractal_images(classes=3, per_class=2, side=32, random=np.random.default_rng(seed))
        for seed in (1, 1, 2)
    )
    assert np.array_equal(first[0], second[0])
    assert not np.array_equal(first[0], other[0])
    assert first[1].tolist() == [0, 0, 1, 1, 2, 2]


def test_maps_are_contractions_so_that_the_walk_stays_within_bounds():
    maps = random_maps(50, np.random.default_rng(0))
    assert np.linalg.norm(maps.matrix, ord=2, axis=(2, 3)).max() < 1


def test_images_fill_their_frame_and_enough_of_it():
    images, _ = fractal_images(classes=6, per_class=3, side=32, random=np.random.default_rng(0))
    lit = images > 0
    assert (lit.any(axis=2)[:, [0, -1]]).all()
    assert (lit.any(axis=1)[:, [0, -1]]).all()
    assert lit.mean(axis=(1, 2)).mean() > LEAST_FILLED
    assert images.max(axis=(1, 2)).min() == 255


def test_images_of_a_class_are_more_alike_than_those_of_two_classes():
    random = np.random.default_rng(3)
    images, labels = fractal_images(classes=5, per_class=6, side=32, random=random)
    flat = images.reshape(len(images), -1) / 255
    apart = ((flat[:, None] - flat[None]) ** 2).mean(axis=2)
    same = labels[:, None] == labels[None]
    off = ~np.eye(len(labels), dtype=bool)
    assert apart[same & off].mean() < 0.8 * apart[~same].mean()


def test_a_walk_on_one_map_ends_in_one_point():
    maps = random_maps(2, np.random.default_rng(0))
    maps.matrix[:] = 0.0
    maps.shift[:] = maps.shift[:, :1]
    assert (render(maps, 16, np.random.default_rng(0)) > 0).sum(axis=(1, 2)).tolist() == [1, 1]


def test_colours_keep_the_shape_on_black_and_are_about_standardised():
    grey = torch.zeros(200, 16, 16, dtype=torch.uint8)
    grey[:, 4:12, 4:12] = 255
    images = coloured(grey, torch.Generator().manual_seed(0))
    assert images.shape == (200, 3, 16, 16)
    assert images.mean().abs() < 0.5
    inside, outside = images[:, :, 4:12, 4:12], images[:, :, :4]
    assert inside.amin() > outside.amax()
    assert len(images[:, 0, 8, 8].unique()) == 200


@pytest.fixture(autouse=True)
def small_shape(monkeypatch):
    monkeypatch.setattr(swin_fractals, "SHAPE", swin_fractals.TOY)


@pytest.fixture(scope="module")
def small_body(tmp_path_factory):
    folder = tmp_path_factory.mktemp("body")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(swin_fractals, "SHAPE", swin_fractals.TOY)
        pretrain("swin_fractals", folder, settings=SMALL, seed=0)
    return folder


def test_a_pretrained_body_is_loaded_like_a_fetched_one_and_by_the_library(small_body):
    verify(small_body, "swin_fractals")
    shape = swin_fractals.TOY
    loaded = load_body(
        "swin_fractals", settings=ModelSettings(), start="pretrained", folder=small_body,
        generator=torch.Generator(),
    )  # fmt: skip
    config = SwinConfig(
        image_size=shape.side, patch_size=shape.patch, embed_dim=shape.width,
        depths=list(shape.depths), num_heads=list(shape.heads), window_size=shape.window,
        mlp_ratio=shape.inner,
    )  # fmt: skip
    theirs = SwinModel.from_pretrained(small_body, config=config, add_pooling_layer=False).eval()
    embedder = build_embedder(
        (3, 24, 24), body=loaded, settings=ModelSettings(), start="copied",
        generator=torch.Generator(),
    )  # fmt: skip
    images = torch.randn(2, 3, 24, 24)
    hidden = loaded.encoder.eval()(embedder(images))
    torch.testing.assert_close(hidden, theirs(images).last_hidden_state, atol=1e-5, rtol=1e-4)


def test_the_card_tells_the_accuracy_the_seed_and_the_settings(small_body):
    card = json.loads((small_body / "card.json").read_text())
    assert 0 <= card["held_out_accuracy"] <= 1
    assert card["classes"] == 13
    assert card["seed"] == 0
    assert card["settings"]["epochs"] == 1
    assert card["from"] == "pretraining"


def test_equal_seeds_give_equal_bodies(small_body, tmp_path):
    torch.randn(7)
    pretrain("swin_fractals", tmp_path / "again", settings=SMALL, seed=0)
    first, second = (
        load_swin(
            swin_fractals.TOY, folder, settings=ModelSettings(), generator=torch.Generator()
        ).encoder.state_dict()
        for folder in (small_body, tmp_path / "again")
    )
    assert all(torch.equal(first[key], second[key]) for key in first)


def test_a_published_body_is_not_pretrained_again(tmp_path):
    with pytest.raises(SettingsError, match="pretrained already"):
        pretrain("minilm", tmp_path, settings=SMALL, seed=0)


def test_all_of_embedder_and_body_is_kept(toy_model):
    from orca.models.predictor import Pooled

    model = toy_model("swin_fractals", (3, 24, 24), Pooled(4), embedder="copied")
    kept = body_tensors(model)
    outside = {name for name in model.state_dict() if name.startswith("predictor.")}
    assert len(kept) == len(model.state_dict()) - len(outside)
