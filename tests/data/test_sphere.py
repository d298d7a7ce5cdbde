import numpy as np
import pytest

from orca.data.task import TASKS, Samples
from orca.data.tasks.spherical.sphere import draw_rotation, laid_on_sphere
from tests.data import fixtures_nas_bench_360 as fixtures
from tests.data.made_tasks import samples_of

GENERATOR = np.random.default_rng(2018)
IMAGES = GENERATOR.integers(1, 256, (4, 3, 32, 32)).astype(np.uint8)
UPRIGHT = np.eye(3)


def about_the_pole(angle):
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])


def test_a_rotation_keeps_lengths_and_hands():
    for _ in range(20):
        rotation = draw_rotation(GENERATOR)
        np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
        assert np.linalg.det(rotation) == pytest.approx(1)


def test_rotations_bring_the_pole_everywhere_alike():
    poles = np.array([draw_rotation(GENERATOR)[:, 2] for _ in range(20_000)])
    np.testing.assert_allclose(poles.mean(axis=0), 0, atol=0.02)
    np.testing.assert_allclose(poles.T @ poles / len(poles), np.eye(3) / 3, atol=0.02)


def test_every_channel_of_every_image_fills_0_to_255():
    for rotation in (UPRIGHT, draw_rotation(GENERATOR)):
        shown = laid_on_sphere(IMAGES, rotation)
        assert shown.shape == (4, 3, 60, 60)
        assert shown.dtype == np.uint8
        assert (shown.min(axis=(2, 3)) == 0).all()
        assert (shown.max(axis=(2, 3)) >= 254).all()  # cut to whole numbers


def test_the_upright_sphere_shows_the_image_on_its_southern_half():
    shown = laid_on_sphere(np.full((1, 1, 32, 32), 200, np.uint8), UPRIGHT)[0, 0]
    # Row 0 is the north pole, under the eye: as in the generator, its ray goes straight down.
    # The image's corners reach a little over the equator, row 30.
    assert not shown[1:28].any()
    assert (shown[45:] >= 254).all()
    # Row 59 is next to the south pole, where the image's middle lies.
    dot = np.zeros((1, 1, 32, 32), np.uint8)
    dot[0, 0, 14:18, 14:18] = 255
    brightest = laid_on_sphere(dot, UPRIGHT)[0, 0]
    assert brightest[59].min() > 0
    assert not brightest[1:50].any()


def test_a_turn_about_the_pole_shifts_the_longitudes():
    before = laid_on_sphere(IMAGES, UPRIGHT)
    after = laid_on_sphere(IMAGES, about_the_pole(7 * 2 * np.pi / 60))
    same = np.roll(before, -7, axis=3) == after
    assert same.mean() > 0.99  # a place on the border of two pixels falls to either


def test_the_rebuilt_task_turns_500_images_alike_and_the_next_otherwise(sources, go):
    name = "cifar-100-python.tar.gz"
    made = fixtures.cifar(
        sources / name, {"train": 1100, "test": 600}, label_key="fine_labels", classes=100
    )
    samples = Samples(train=1000, validation=100, test=600)
    fit, test = go("spherical_rebuilt", samples=samples)
    again, _ = go("spherical_rebuilt", "again", samples=samples)
    inputs, labels = samples_of(fit, "fit")
    np.testing.assert_array_equal(inputs, samples_of(again, "fit")[0])
    assert labels.tolist() == made["train"][b"fine_labels"]
    assert inputs.shape == (1100, 3, 60, 60)
    covered = [(inputs[some] > 0).any(axis=(0, 1)) for some in np.split(np.arange(1000), 4)]
    np.testing.assert_array_equal(covered[0], covered[1])
    np.testing.assert_array_equal(covered[2], covered[3])
    assert (covered[0] != covered[2]).mean() > 0.05
    assert ((samples_of(test, "test")[0][:500] > 0).any(axis=(0, 1)) != covered[0]).mean() > 0.05
    assert TASKS["spherical_rebuilt"].source == "cifar100"
