"""The model that is pretrained: a body with a classifier, and what of it becomes the body."""

import torch
from torch import Tensor, nn

from orca.errors import SettingsError
from orca.models import initialise
from orca.models.assemble import Model, put_together
from orca.models.body import BODIES
from orca.models.predictor import Pooled
from orca.models.pretraining.images import IMAGE_SIDE
from orca.models.settings import ModelSettings

STD = 0.1  # of the weights at the start; 0.02, made for widths of 768, starts a width of 32 slowly


def untrained(name: str, classes: int, generator: torch.Generator) -> Model:
    """Return a model around a body with random weights, which learns to distinguish the classes.

    Raises:
        SettingsError: if the body is a published one.
    """
    body = BODIES.look_up(name, where="--body")
    if not body.weights.made_by:
        raise SettingsError(
            where=f"the body '{name}'",
            what="it is pretrained already, by those who published it",
            mend=f"fetch it: snakemake results/bodies/{name}/card.json",
        )
    settings = ModelSettings()
    model = put_together(
        body.load(None, settings=settings, generator=generator),
        input_shape=(3, IMAGE_SIDE, IMAGE_SIDE),
        output=Pooled(classes),
        settings=settings,
        embedder="pretrained",
        generator=generator,
    )
    initialise.transformer_(model.body, generator, std=STD)
    nn.init.normal_(model.embedder.convolution.weight, std=STD, generator=generator)
    return model


def body_tensors(model: Model) -> dict[str, Tensor]:
    """Return embedder and body under the names that the library's Swin has for them."""
    outside = {
        "embeddings.patch_embeddings.projection": model.embedder.convolution,
        "embeddings.norm": model.embedder.norm,
    }
    tensors: dict[str, Tensor] = model.body.state_dict()
    for name, part in outside.items():
        tensors |= {f"{name}.{end}": tensor for end, tensor in part.state_dict().items()}
    return tensors
