"""The source images of the official code's loader, written out, beside those that are embedded."""

from pathlib import Path

import numpy as np
import torch

from orca.data.proxy import PROXIES, Images
from orca.training import embed_source as embedding
from tests.training.toys import CPU

DATA = Images(
    np.random.default_rng(0).integers(0, 256, (60, 3, 32, 32)).astype(np.uint8),
    np.arange(60) % 10,
    tuple("abcdefghij"),
)


def embedded(proxy, monkeypatch):
    """Return the images that are embedded of a proxy with made-up data."""
    seen = []
    monkeypatch.setattr(embedding, "read_proxy", lambda name, raw: DATA)
    monkeypatch.setattr(embedding, "check_fetched", lambda source, raw: None)
    monkeypatch.setattr(embedding, "to_numbers", lambda body, weights, drawn: torch.tensor(drawn))

    def embed(body, weights, drawn, device):
        seen.append(drawn)
        return torch.zeros(len(drawn), 2)

    monkeypatch.setattr(embedding, "embed", embed)
    found = embedding.embed_source(
        "swin_base", proxy, weights=Path(), raw=Path(), samples=60, device=CPU
    )
    assert torch.equal(found.numbers, torch.tensor(seen[0]))
    return seen[0]


def candidates(image):
    """Return what the official transforms make of an image, by their draws.

    They pad it by 4 black points, cut 32 x 32 out, flip it or not, and normalise what comes out.
    """
    mean = np.reshape([0.4914, 0.4822, 0.4465], (3, 1, 1))
    deviation = np.reshape([0.2023, 0.1994, 0.2010], (3, 1, 1))
    padded = np.pad(image, ((0, 0), (4, 4), (4, 4)))
    return {
        (top, left, flip): (cut[:, :, ::-1] if flip else cut) / 255 / deviation - mean / deviation
        for top in range(9)
        for left in range(9)
        for cut in [padded[:, top : top + 32, left : left + 32]]
        for flip in (False, True)
    }


def test_as_published_each_image_is_cropped_and_flipped_by_draws_that_stay(monkeypatch):
    ours = embedded(PROXIES.as_published("cifar10"), monkeypatch)
    draws = []
    for image, seen in zip(DATA.images, ours, strict=True):
        of_image = candidates(image)
        (draw,) = (d for d, found in of_image.items() if np.allclose(found, seen, atol=1e-5))
        draws.append(draw)
    tops, lefts, flips = (np.array(drawn) for drawn in zip(*draws, strict=True))
    assert set(tops) == set(lefts) == set(range(9))
    assert 15 < flips.sum() < 45
    np.testing.assert_array_equal(ours, embedded("cifar10_official", monkeypatch))


def test_else_images_are_embedded_as_they_are(monkeypatch):
    for image, seen in zip(DATA.images, embedded("cifar10", monkeypatch), strict=True):
        np.testing.assert_allclose(seen, candidates(image)[4, 4, False], atol=1e-5)
