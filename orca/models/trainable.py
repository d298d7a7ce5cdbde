"""Which weights stage three trains."""

from collections.abc import Callable
from typing import Literal

from torch import Generator, nn

from orca.models.assemble import Model

Trains = Literal["all", "layer_norms"]


def _all(model: Model, generator: Generator) -> None:
    model.requires_grad_(requires_grad=True)


def _layer_norms(model: Model, generator: Generator) -> None:
    model.body.requires_grad_(requires_grad=False)
    for part in model.body.modules():
        if isinstance(part, nn.LayerNorm):
            part.requires_grad_(requires_grad=True)


WAYS: dict[str, Callable[[Model, Generator], None]] = {"all": _all, "layer_norms": _layer_norms}


def choose_trainable(model: Model, trains: Trains, *, generator: Generator) -> None:
    """Make a model's weights trainable or not; some ways add small modules of their own.

    Embedder and predictor are trained in every way. To be called after `assemble`, and before a
    fine-tuned run's weights are loaded into the model.

    Args:
        model: as `assemble` made it.
        trains: `all` weights; or of the body only the `layer_norms` (Lu et al. 2022,
            arXiv:2103.05247).
        generator: of the weights of added modules.

    Differs from the official code: there, Swin's norms between its stages stay frozen with
    `layer_norms`, because their names lack the word.
    """
    model.requires_grad_(requires_grad=True)
    WAYS[trains](model, generator)
