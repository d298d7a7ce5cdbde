"""Images laid on a sphere at random, as the generator of spherical CNNs does it.

Source: Cohen et al. 2018 (S2CNN), whose generator NAS-Bench-360 took to colour images.
"""

import numpy as np
from jaxtyping import Float, Int, UInt8

BANDWIDTH = 30
"""The sphere has twice as many colatitudes, and twice as many longitudes."""

EYE = 2 + 1e-3
"""Height that is projected from, over the plane that the sphere of radius 1 stands on."""

EDGE = 1.5
"""The image is the square of this half width around the sphere's foot."""


def draw_rotation(generator: np.random.Generator) -> Float[np.ndarray, "3 3"]:
    """Return a rotation, all being equally likely: a turn about the pole, then its deflection.

    Source: Arvo 1992, Fast random rotation matrices.
    """
    about, direction, size = generator.uniform(size=3) * (2 * np.pi, 2 * np.pi, 2.0)
    cosine, sine = np.cos(about), np.sin(about)
    turn = np.array([[cosine, sine, 0], [-sine, cosine, 0], [0, 0, 1]])
    slant, upright = np.sqrt(size), np.sqrt(2 - size)
    axis = np.array([np.sin(direction) * slant, np.cos(direction) * slant, upright])
    return (np.outer(axis, axis) - np.eye(3)) @ turn


def laid_on_sphere(
    images: UInt8[np.ndarray, "n channels side side"], rotation: Float[np.ndarray, "3 3"]
) -> UInt8[np.ndarray, "n channels 60 60"]:
    """Return images as the turned sphere shows them, by colatitude and longitude.

    Before the sphere is turned, an image covers its southern half except for four gaps at the
    equator; elsewhere the sphere is 0. Each channel of each image is stretched to 0 to 255.
    """
    planes = images.reshape(*images.shape[:2], -1)
    shown = np.zeros((*images.shape[:2], (2 * BANDWIDTH) ** 2))
    for pixels, weights in _neighbours(_places(rotation), images.shape[-1]):
        shown += weights * planes[:, :, pixels]
    least = shown.min(axis=-1, keepdims=True)
    span = shown.max(axis=-1, keepdims=True) - least
    stretched = 255 * (shown - least) / np.where(span > 0, span, 1)
    return stretched.astype(np.uint8).reshape(*images.shape[:2], 2 * BANDWIDTH, 2 * BANDWIDTH)


def _places(rotation: Float[np.ndarray, "3 3"]) -> Float[np.ndarray, "2 points"]:
    """Return where in the image, from 0 to 1 along its rows and columns, the sphere's points are.

    Colatitudes are those of Driscoll and Healy in the generator's library, lie_learn: from 0 on.
    """
    steps = np.arange(2 * BANDWIDTH)
    colatitude, longitude = np.meshgrid(
        steps * np.pi / (2 * BANDWIDTH), steps * np.pi / BANDWIDTH, indexing="ij"
    )
    points = np.stack(
        [
            np.sin(colatitude) * np.cos(longitude),
            np.sin(colatitude) * np.sin(longitude),
            np.cos(colatitude),
        ]
    ).reshape(3, -1)
    x, y, z = rotation @ points
    height = z + 1
    on_plane = np.stack([x, y]) * EYE / (EYE - height)
    return (on_plane + EDGE) / (2 * EDGE)


def _neighbours(
    places: Float[np.ndarray, "2 points"], side: int
) -> list[tuple[Int[np.ndarray, " points"], Float[np.ndarray, " points"]]]:
    """Return four pixels for each place, and their weights in bilinear interpolation.

    As in the generator, these are the pixels before and after the one that a place falls into,
    so two apart. Pixels outside of the image have the weight 0.
    """
    at = np.clip(places * side, -2 * side, 2 * side)
    whole = at.astype(np.int64)
    found = []
    for down in (-1, 1):
        for right in (-1, 1):
            row, column = whole + [[down], [right]]
            inside = (row >= 0) & (row < side) & (column >= 0) & (column < side)
            apart = np.abs(at - whole + [[down], [right]])
            weight = np.where(inside, apart[0] * apart[1], 0.0)
            found.append((np.where(inside, row * side + column, 0), weight))
    return found
