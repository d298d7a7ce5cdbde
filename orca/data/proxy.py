"""What a source proxy is: labelled texts or images in place of a body's pretraining data."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Int, UInt8

from orca.data.task import Way
from orca.declarations import Declarations


@dataclass(frozen=True)
class Texts:
    """Labelled texts, and the names of their classes."""

    texts: tuple[str, ...]
    labels: Int[np.ndarray, " n"]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Images:
    """Labelled images, red, green, blue, from 0 to 255, and the names of their classes."""

    images: UInt8[np.ndarray, "n 3 height width"]
    labels: Int[np.ndarray, " n"]
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """A labelled data set that a body embeds once; target features are aligned to the result.

    Args:
        title: what it is.
        kind: whether its samples are texts or images.
        origin: whose data these are, and under which licence.
        files: what its module's `read` needs under its raw folder.
        source: name of the raw folder.
        samples: how many there are.
        mean: of images, per channel of 0 to 1, as the body's own pretraining data had it.
        deviation: by colour, in the same scale.
        augmentation: names of random changes made to an image before it is embedded, once, in order.
        variant_of: the proxy of the same files that this one varies, if any.
        as_published: whether it replaces that proxy under `protocol: published`.
    """

    title: str
    kind: Literal["text", "image"]
    origin: str
    files: tuple[Way, ...]
    source: str
    samples: int
    mean: tuple[float, ...] = ()
    deviation: tuple[float, ...] = ()
    augmentation: tuple[str, ...] = ()
    variant_of: str = ""
    as_published: bool = False

    @property
    def digest(self) -> str:
        """Names this version of the declaration."""
        return sha256(repr(self).encode()).hexdigest()[:16]


PROXIES: Declarations[Proxy] = Declarations("orca.data.proxies", "proxy")


def read_proxy(name: str, raw: Path) -> Texts | Images:
    """Return a declared proxy's samples; `raw` is the folder of its source, if it has files.

    Raises:
        SettingsError: if there is no proxy of that name.
        DataError: if a raw file is missing or damaged.
    """
    PROXIES.look_up(name, where="the body's source proxy")
    read: Callable[[Path], Texts | Images] = PROXIES.modules[name].read
    return read(raw)
