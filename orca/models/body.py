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
        package: requirement (`name==version`) of a Python package that carries the same files
            in its folder `model`, for machines without the hub.
        licence: of the weights.
        made_by: for weights that this project makes itself: the command; empty otherwise.
    """

    hub_name: str
    revision: str
    files: dict[str, str | None]
    package: str = ""
    licence: str
    made_by: str = ""


@dataclass(frozen=True, kw_only=True)
class Body:
    """A pretrained transformer.

    The declaring module has `load(folder, *, settings, generator, toy=False)`, which returns the
    body in memory (`orca.models.loaded.Loaded`): with the weights under `folder`, or, without a
    folder, with random ones from `generator`. With `toy` it has the same architecture and a few
    thousand random weights; contract tests use that.

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


CLOSEST = "closest"  # stands for a body's name in the runs of methods that choose one
BODIES: Declarations[Body] = Declarations("orca.models.bodies", "body")
