"""What a body is: a pretrained transformer, where its weights come from, what it takes."""

from dataclasses import dataclass
from typing import Literal

from orca.declarations import Declarations


@dataclass(frozen=True, kw_only=True)
class Weights:
    """Published weights, and every way to get them.

    Args:
        hub_name: repository on the model hub.
        revision: the commit of it that is used.
        files: digest (sha256) by file name; None where only the pinned revision vouches.
        package: a Python package that carries the same files, for machines without the hub.
        licence: of the weights.
    """

    hub_name: str
    revision: str
    files: dict[str, str | None]
    package: str = ""
    licence: str


@dataclass(frozen=True, kw_only=True)
class Body:
    """A pretrained transformer.

    The declaring module has `load(folder, *, settings, pretrained)`, which returns the
    `orca.models.assemble.Loaded` body, and `toy()`, a body of the same architecture with a few
    thousand random weights.

    Args:
        title: as it stands in a table.
        kind: what its tokens are: a sequence, or a grid.
        width: numbers per token that the embedder must give.
        proxy: the source data that stand for what the body was pretrained on.
        longest: tokens that the body takes at most; None when bound by its grid alone.
        weights: where they come from.
    """

    title: str
    kind: Literal["sequence", "grid"]
    width: int
    proxy: str
    weights: Weights
    longest: int | None = None


BODIES: Declarations[Body] = Declarations("orca.models.bodies", "body")
