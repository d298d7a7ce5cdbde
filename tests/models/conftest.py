"""Toy models: the declared architectures with a few thousand random weights."""

from collections.abc import Callable

import pytest
import torch

from orca.models.assemble import Model, put_together
from orca.models.body import BODIES
from orca.models.loaded_body import LoadedBody
from orca.models.predictor import Output
from orca.models.settings import EmbedderStart, ModelSettings

ToyBody = Callable[..., LoadedBody]
ToyModel = Callable[..., Model]


@pytest.fixture
def toy_body() -> ToyBody:
    def make(name: str, seed: int = 0, **settings: object) -> LoadedBody:
        generator = torch.Generator().manual_seed(seed)
        chosen = ModelSettings(**settings)
        return BODIES[name].load(None, settings=chosen, generator=generator, toy=True)

    return make


@pytest.fixture
def toy_model(toy_body: ToyBody) -> ToyModel:
    def make(
        name: str,
        input_shape: tuple[int, ...],
        output: Output,
        *,
        seed: int = 0,
        embedder: EmbedderStart = "random",
        **settings: object,
    ) -> Model:
        return put_together(
            toy_body(name, seed, **settings),
            input_shape=input_shape,
            output=output,
            settings=ModelSettings(**settings),
            embedder=embedder,
            generator=torch.Generator().manual_seed(seed),
        )

    return make
