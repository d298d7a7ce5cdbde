"""The images that a body is pretrained on without a network, and what of the model is kept."""

import numpy as np
import torch

from orca.models.predictor import Pooled
from orca.models.pretraining.fractals import LEAST_FILLED, fractal_images, random_maps, render
from orca.models.pretraining.images import coloured, pretraining_images
from orca.models.pretraining.model import body_tensors
from orca.models.pretraining.settings import PretrainSettings
from tests.models.library_models import toy_model


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


def test_held_out_images_are_a_share_of_all_and_none_is_trained_on():
    settings = PretrainSettings(fractal_classes=2, images_per_class=2)
    data = pretraining_images(settings)
    rest, held_out = data.split(0.1, torch.Generator().manual_seed(0))
    assert len(held_out.labels) == round(0.1 * len(data.labels))
    assert len(rest.labels) + len(held_out.labels) == len(data.labels)
    assert set(rest.labels.tolist()) <= set(range(data.classes))
    numbered = type(data)(torch.arange(len(data.labels)).view(-1, 1, 1).byte(), data.labels, 12)
    parts = numbered.split(0.1, torch.Generator().manual_seed(0))
    joined = torch.cat([part.images for part in parts]).flatten()
    assert torch.equal(joined.sort().values, numbered.images.flatten().sort().values)


def test_all_of_embedder_and_body_is_kept():
    model = toy_model("swin_fractals", (3, 24, 24), Pooled(4), embedder="pretrained")
    kept = body_tensors(model)
    outside = {name for name in model.state_dict() if name.startswith("predictor.")}
    assert len(kept) == len(model.state_dict()) - len(outside)
