"""Images of fractals: each class is a set of affine maps, each image a variation of it.

Source: Kataoka et al. 2020 (arXiv:2101.08515): iterated function systems, classes kept when they
fill enough of the image, variations by scaling the maps' parameters.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, UInt8

STEPS = 60  # of the random walk
SETTLED = 10  # first steps, left out
WALKERS = 400  # at a time, each image
LEAST_FILLED = 0.15  # share of points that a class's image must touch
VARIATION = 0.2  # of a map's parameters, at most


@dataclass(frozen=True, eq=False)
class Maps:
    """Affine maps x -> matrix x + shift, of several images at once.

    Args:
        matrix: linear parts.
        shift: translations.
    """

    matrix: Float[np.ndarray, "images maps 2 2"]
    shift: Float[np.ndarray, "images maps 2"]


def random_maps(count: int, random: np.random.Generator) -> Maps:
    """Return the maps of `count` images, three each, all of them contractions."""
    angles = random.uniform(0, 2 * np.pi, (2, count, 3))
    sizes = random.uniform(0.35, 0.85, (count, 3, 2)) * np.array([1.0, 0.8])
    flips = random.choice([-1.0, 1.0], (count, 3, 2))
    first, second = (_rotations(angle) for angle in angles)
    matrix = first * (sizes * flips)[:, :, None, :] @ second
    return Maps(matrix, random.uniform(-1, 1, (count, 3, 2)))


def _rotations(angles: Float[np.ndarray, "count maps"]) -> Float[np.ndarray, "count maps 2 2"]:
    cosine, sine = np.cos(angles), np.sin(angles)
    return np.stack([cosine, -sine, sine, cosine], axis=-1).reshape(*angles.shape, 2, 2)


def varied(maps: Maps, images: int, random: np.random.Generator) -> Maps:
    """Return `images` variations of one set of maps, each with one map scaled and turned."""
    repeated = Maps(np.repeat(maps.matrix, images, axis=0), np.repeat(maps.shift, images, axis=0))
    which = random.integers(maps.matrix.shape[1], size=images)
    rows = np.arange(images)
    turn = _rotations(random.uniform(-VARIATION, VARIATION, (images, 1)))[:, 0]
    scale = 1 + random.uniform(-VARIATION, VARIATION / 2, (images, 1, 1))
    repeated.matrix[rows, which] = scale * turn @ repeated.matrix[rows, which]
    repeated.shift[rows, which] *= 1 + random.uniform(-VARIATION, VARIATION, (images, 1))
    return repeated


def render(maps: Maps, side: int, random: np.random.Generator) -> UInt8[np.ndarray, "images s s"]:
    """Return one image per set of maps: how often each point is met on a random walk.

    Brightness is the logarithm of the count, the image is fitted to the walk's extent.
    """
    images, count = maps.matrix.shape[:2]
    area = np.abs(np.linalg.det(maps.matrix)) + 0.02
    bounds = np.cumsum(area / area.sum(axis=1, keepdims=True), axis=1)
    place = np.zeros((images, WALKERS, 2))
    rows = np.arange(images)[:, None]
    met = []
    for _ in range(STEPS):
        draws = random.random((images, WALKERS, 1))
        chosen = np.minimum((draws > bounds[:, None, :]).sum(axis=2), count - 1)
        turned = np.einsum("iwab,iwb->iwa", maps.matrix[rows, chosen], place)
        place = turned + maps.shift[rows, chosen]
        met.append(place)
    points = np.concatenate(met[SETTLED:], axis=1)
    low, high = points.min(axis=1, keepdims=True), points.max(axis=1, keepdims=True)
    cells = ((points - low) / np.maximum(high - low, 1e-9) * (side - 1)).astype(np.int64)
    flat = (rows * side + cells[:, :, 1]) * side + cells[:, :, 0]
    counts = np.bincount(flat.ravel(), minlength=images * side * side).reshape(images, side, side)
    bright = np.log1p(counts)
    return np.rint(255 * bright / bright.max(axis=(1, 2), keepdims=True)).astype(np.uint8)


def fractal_images(
    *, classes: int, per_class: int, side: int, random: np.random.Generator
) -> tuple[UInt8[np.ndarray, "n s s"], Int[np.ndarray, " n"]]:
    """Return square grey images and the number of each one's class, class after class."""
    images: list[UInt8[np.ndarray, "m s s"]] = []
    while len(images) < classes:
        maps = random_maps(1, random)
        if np.mean(render(maps, side, random) > 0) >= LEAST_FILLED:
            images.append(render(varied(maps, per_class, random), side, random))
    return np.concatenate(images), np.repeat(np.arange(classes), per_class)
