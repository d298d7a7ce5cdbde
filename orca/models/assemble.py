"""The whole model: embedder, body, predictor."""

from pathlib import Path

import torch
from jaxtyping import Float
from torch import Generator, Tensor, nn

from orca.errors import SettingsError
from orca.models.body import BODIES
from orca.models.card import verify
from orca.models.embedder import Embedder, build_embedder
from orca.models.loaded_body import LoadedBody
from orca.models.predictor import Output, Predictor, build_predictor
from orca.models.settings import BodyStart, EmbedderStart, ModelSettings


class Model(nn.Module):
    """Embedder, body and predictor around one task, built by `settings`."""

    def __init__(
        self,
        *,
        embedder: Embedder,
        loaded: LoadedBody,
        predictor: Predictor,
        settings: ModelSettings,
    ) -> None:
        super().__init__()
        self.embedder, self.body, self.predictor = embedder, loaded.encoder, predictor
        self.width, self.hidden_width = loaded.width, loaded.hidden_width
        self.projections, self.settings = loaded.projections, settings

    @property
    def query_key_value(self) -> tuple[str, str, str]:
        """The names of the linear layers that make queries, keys and values.

        Raises:
            SettingsError: if the body makes all three in one layer.
        """
        if len(self.projections) == 1:
            raise SettingsError(
                where="a method that treats queries, keys and values differently",
                what=f"this body computes all three in one layer, {self.projections[0]}",
                mend="choose a body that has separate layers for queries, keys and values, such as"
                " swin_base or roberta_base",
            )
        query, key, value = self.projections
        return query, key, value

    def embed(
        self, inputs: Float[Tensor, "batch channels *size"]
    ) -> Float[Tensor, "batch tokens width"]:
        """Return the tokens of inputs: what stage two aligns, averaged over the tokens."""
        return self.embedder(inputs)

    def encode(
        self, tokens: Float[Tensor, "batch tokens width"]
    ) -> Float[Tensor, "batch hidden_tokens hidden_width"]:
        """Return the body's last hidden states."""
        return self.body(tokens)

    def predict(
        self,
        hidden: Float[Tensor, "batch hidden_tokens hidden_width"],
        *,
        points: tuple[int, ...] | None = None,
    ) -> Float[Tensor, "batch *output"]:
        """Return the output: logits, numbers, or fields, in float32 at least.

        Args:
            hidden: of the body.
            points: of the inputs along each axis; None for what the task declares.
        """
        output = self.predictor(hidden, points or self.embedder.patches.size)
        return output.to(torch.promote_types(output.dtype, torch.float32))

    def forward(
        self, inputs: Float[Tensor, "batch channels *size"]
    ) -> Float[Tensor, "batch *output"]:
        """Return the output: [batch, outputs], [batch], or [batch, channels, *grid]."""
        points = tuple(inputs.shape[2:])
        return self.predict(self.encode(self.embed(inputs)), points=points)


def load_body(
    name: str,
    *,
    settings: ModelSettings,
    start: BodyStart,
    folder: Path,
    generator: Generator,
) -> LoadedBody:
    """Return a declared body in memory; arguments as of `assemble`.

    Raises:
        SettingsError: if there is no such body, or it does not fit the settings.
        WeightsError: if a file is missing or altered.
    """
    body = BODIES.look_up(name, where="body")
    if start == "random":
        return body.load(None, settings=settings, generator=generator)
    verify(folder, name)
    return body.load(folder, settings=settings, generator=generator)


def put_together(
    loaded: LoadedBody,
    *,
    input_shape: tuple[int, ...],
    output: Output,
    settings: ModelSettings,
    embedder: EmbedderStart,
    generator: Generator,
) -> Model:
    """Return the model around a body that is in memory; arguments as of `assemble`."""
    front = build_embedder(
        input_shape, body=loaded, settings=settings, start=embedder, generator=generator
    )
    predictor = build_predictor(
        output, patches=front.patches, body=loaded, settings=settings, generator=generator
    )
    return Model(embedder=front, loaded=loaded, predictor=predictor, settings=settings)


def assemble(  # noqa: PLR0913 (each is a choice of its own)
    body: str,
    *,
    input_shape: tuple[int, ...],
    output: Output,
    settings: ModelSettings,
    start: BodyStart,
    embedder: EmbedderStart,
    folder: Path,
    generator: Generator,
) -> Model:
    """Return a model around a declared body, in training mode, all weights trainable.

    Equal generators give equal weights; global randomness is neither used nor moved.

    Args:
        body: its name.
        input_shape: (channels, length) or (channels, height, width).
        output: what a sample's output is.
        settings: the shape of embedder, body and predictor.
        start: whether the body has its pretrained weights or random ones.
        embedder: how the embedder starts.
        folder: where the body's pretrained weights lie.
        generator: of all random weights.

    Raises:
        SettingsError: if body, kernel and input do not fit each other.
        WeightsError: if a file of weights is missing or altered.
    """
    loaded = load_body(body, settings=settings, start=start, folder=folder, generator=generator)
    return put_together(
        loaded,
        input_shape=input_shape,
        output=output,
        settings=settings,
        embedder=embedder,
        generator=generator,
    )
