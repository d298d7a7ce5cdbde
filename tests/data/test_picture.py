from dataclasses import replace

import matplotlib
import numpy as np
import PIL.Image
import pytest

from orca.data.picture import draw_samples
from orca.data.target import Field, MultiLabel, Scalar
from orca.data.task import Samples
from tests.data.made_tasks import CLASSES, cut, prepare

GENERATOR = np.random.default_rng(0)
FEW = Samples(train=6, validation=2, test=2)
CASES = {
    "a table": ((5, 1), CLASSES.target, np.arange(10) % 4),
    "signals": ((2, 40), Scalar(unit="m"), GENERATOR.normal(size=10)),
    "long signals": ((1, 3000), Scalar(), GENERATOR.normal(size=10)),
    "many channels": ((9, 40), MultiLabel(3), GENERATOR.integers(0, 2, (10, 3))),
    "profiles": ((1, 40), Field(grid=(40,), channels=3), GENERATOR.normal(size=(10, 3, 40))),
    "constant images": ((1, 8, 8), CLASSES.target, np.arange(10) % 4),
    "masked fields": (
        (5, 8, 8), Field(grid=(8, 8), masked=True), GENERATOR.normal(size=(10, 2, 8, 8))
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_every_kind_of_sample_has_its_picture(tmp_path, monkeypatch, case, suffix):
    shape, target, targets = CASES[case]
    task = replace(CLASSES, input_shape=shape, target=target, samples=FEW)
    inputs = GENERATOR.normal(size=(10, *shape)).astype(np.float32)
    if case == "constant images":
        inputs[:] = 3
    prepare(task, tmp_path, monkeypatch, splits=cut(inputs, targets, 8))
    draw_samples(task, tmp_path / "fit.h5", tmp_path / f"samples.{suffix}")
    assert (tmp_path / f"samples.{suffix}").stat().st_size > 2000


@pytest.mark.parametrize(("unit", "told"), [("m", "input 2 x 40; target: m<"), ("", "2 x 40<")])
def test_the_unit_of_a_number_stands_in_the_title(tmp_path, monkeypatch, unit, told):
    task = replace(CLASSES, input_shape=(2, 40), target=Scalar(unit=unit), samples=FEW)
    inputs, targets = GENERATOR.normal(size=(10, 2, 40)).astype(np.float32), np.arange(10.0)
    prepare(task, tmp_path, monkeypatch, splits=cut(inputs, targets, 8))
    monkeypatch.setitem(matplotlib.rcParams, "svg.fonttype", "none")
    draw_samples(task, tmp_path / "fit.h5", tmp_path / "samples.svg")
    assert told in (tmp_path / "samples.svg").read_text()


def test_stored_bytes_of_three_channels_are_drawn_in_colour(tmp_path, monkeypatch):
    task = replace(CLASSES, input_shape=(3, 8, 8), samples=FEW)
    red = np.zeros((10, 3, 8, 8), np.uint8)
    red[:, 0] = 255
    targets = np.arange(10) % 4
    prepare(task, tmp_path, monkeypatch, splits=cut(red, targets, 8))
    draw_samples(task, tmp_path / "fit.h5", tmp_path / "samples.png")
    pixels = np.asarray(PIL.Image.open(tmp_path / "samples.png").convert("RGB"))
    assert ((pixels == [255, 0, 0]).all(axis=2)).mean() > 0.2
