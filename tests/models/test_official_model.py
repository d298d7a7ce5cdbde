"""Our models against the official ones, written here in plain PyTorch: equal weights, equal outputs.

Source: notes on the official code (commit 19b8c1c); its bodies are the library's, behind an embedder
of its own.
"""

import pytest
import torch
from torch import nn
from torch.nn import functional
from transformers import SwinForImageClassification, SwinForMaskedImageModeling

from orca.methods.method import METHODS
from orca.models.assemble import put_together
from orca.models.body import BODIES
from orca.models.predictor import Dense, Pooled, Single
from orca.models.settings import ModelSettings
from tests.models.library_models import loaded, randomised, swin_config, toy_roberta

TOKENS = 16  # `target_seq_len`
RELEASED = ModelSettings(**METHODS["orca_released"].fixes["model"], sequence_length=TOKENS)


class SequenceEmbedder(nn.Module):
    """Convolution, transpose, norm, then RoBERTa's positions from its third row on."""

    def __init__(self, channels, length, roberta):
        super().__init__()
        kernels = (k for k in range(1, length + 1) if length % k == 0 and length // k <= TOKENS)
        self.kernel = next(kernels)
        width = roberta.config.hidden_size
        self.projection = nn.Conv1d(channels, width, self.kernel, stride=self.kernel)
        self.norm = nn.LayerNorm(width, eps=1e-5)
        self.positions = nn.Embedding.from_pretrained(
            roberta.embeddings.position_embeddings.weight.detach().clone(), freeze=False
        )

    def forward(self, inputs):
        tokens = self.norm(self.projection(inputs).transpose(1, 2))
        return tokens + self.positions(torch.arange(2, tokens.shape[1] + 2))


class OfficialSequences(nn.Module):
    """The official model of sequences: classes and numbers by a linear layer, fields by averages."""

    def __init__(self, roberta, input_shape, output):
        super().__init__()
        self.embedder = SequenceEmbedder(*input_shape, roberta)
        self.encoder, self.output = roberta.encoder, output
        if not isinstance(output, Dense):
            outputs = getattr(output, "outputs", 1)
            self.predictor = nn.Linear(roberta.config.hidden_size, outputs)

    def forward(self, inputs):
        hidden = self.encoder(self.embedder(inputs)).last_hidden_state
        if isinstance(self.output, Dense):
            values = functional.adaptive_avg_pool1d(
                hidden, self.output.channels * self.embedder.kernel
            )
            return values.reshape(len(inputs), self.output.channels, *self.output.grid)
        scores = self.predictor(hidden.mean(dim=1))
        return scores.squeeze(1) if scores.shape[1] == 1 else scores


class GridEmbedder(nn.Module):
    """Resizing to the body's images, Swin's patch projection, norm; it gives the grid's size too."""

    def __init__(self, channels, config):
        super().__init__()
        self.side, width = config.image_size, config.embed_dim
        self.projection = nn.Conv2d(channels, width, config.patch_size, stride=config.patch_size)
        self.norm = nn.LayerNorm(width)

    def forward(self, inputs, **_):
        image = functional.interpolate(
            inputs, (self.side, self.side), mode="bilinear", align_corners=False, antialias=True
        )
        patches = self.projection(image)
        return self.norm(patches.flatten(2).transpose(1, 2)), tuple(patches.shape[2:])


class OfficialGrids(nn.Module):
    """The official model of grids, inside the library's: Swin's classifier or its image decoder."""

    def __init__(self, swin, input_shape, output):
        super().__init__()
        self.model, self.output, self.size = swin, output, input_shape[1:]
        self.embedder = swin.swin.embeddings = GridEmbedder(input_shape[0], swin.config)
        if not isinstance(output, Dense):
            self.predictor = swin.classifier = nn.Linear(swin.swin.num_features, output.outputs)

    def forward(self, inputs):
        if not isinstance(self.output, Dense):
            return self.model(inputs).logits
        image = self.model(inputs).reconstruction
        colours = image.permute(0, 2, 3, 1).flatten(1, 2)
        mixed = functional.adaptive_avg_pool1d(colours, self.output.channels).transpose(1, 2)
        # For one channel the official code drops its axis.
        return functional.adaptive_avg_pool2d(mixed.unflatten(2, image.shape[2:]), self.size)


def ours_with_the_weights_of(theirs, name, folder, input_shape, output):
    """Return our model around the body that lies in a folder, with the official other weights."""
    body = loaded(name, folder, **RELEASED.model_dump(include={"kernel_rule", "dense_head"}))
    ours = put_together(
        body, input_shape=input_shape, output=output, settings=RELEASED,
        embedder="pretrained", generator=torch.Generator().manual_seed(0),
    )  # fmt: skip
    copied = {"convolution": theirs.embedder.projection, "norm": theirs.embedder.norm}
    for part, module in copied.items():
        getattr(ours.embedder, part).load_state_dict(module.state_dict())
    if hasattr(theirs, "predictor"):
        ours.predictor.linear.load_state_dict(theirs.predictor.state_dict())
    elif len(input_shape) == 3:
        decoder = theirs.model.decoder[0]
        with torch.no_grad():
            ours.predictor.linear.weight.copy_(decoder.weight[:, :, 0, 0])
            ours.predictor.linear.bias.copy_(decoder.bias)
    return ours.double().eval()


def assert_equal_outputs_and_gradients(theirs, ours, inputs):
    outputs = [model(inputs) for model in (theirs, ours)]
    torch.testing.assert_close(outputs[1], outputs[0], atol=1e-10, rtol=1e-10)
    for output in outputs:
        output.square().sum().backward()
    torch.testing.assert_close(
        ours.embedder.convolution.weight.grad,
        theirs.embedder.projection.weight.grad,
        atol=1e-9,
        rtol=1e-9,
    )


@pytest.mark.parametrize(
    ("input_shape", "output", "tokens"),
    [
        ((3, 50), Pooled(5), 10),  # the least divisor of 50 with at most 16 tokens is 5
        ((1, 46), Pooled(24), 2),
        ((4, 37), Pooled(3), 1),  # a prime length falls to one token
        ((1, 48), Single(), 16),
        ((1, 48), Dense(1, (48,)), 16),
        ((1, 96), Dense(1, (96,)), 16),
    ],
)
def test_sequences_through_roberta_are_those_of_the_official_model(
    input_shape, output, tokens, tmp_path
):
    roberta = randomised(toy_roberta())
    roberta.save_pretrained(tmp_path)
    theirs = OfficialSequences(roberta, input_shape, output).eval()
    randomised(theirs.embedder.norm, seed=1)
    ours = ours_with_the_weights_of(theirs, "roberta_base", tmp_path, input_shape, output)
    assert ours.embedder.patches.tokens == (tokens,)
    inputs = torch.randn(4, *input_shape, dtype=torch.float64)
    assert_equal_outputs_and_gradients(theirs.double(), ours, inputs)


@pytest.mark.parametrize(
    ("input_shape", "output"),
    [
        ((3, 32, 32), Pooled(100)),
        ((1, 16, 52), Pooled(18)),
        ((5, 41, 37), Pooled(4)),  # larger than the body's images
        ((3, 21, 21), Dense(1, (21, 21))),
        ((1, 64, 64), Dense(1, (64, 64))),
        ((4, 16, 16), Dense(4, (16, 16))),
    ],
)
def test_grids_through_swin_are_those_of_the_official_model(input_shape, output, tmp_path):
    dense = isinstance(output, Dense)
    library_s = SwinForMaskedImageModeling if dense else SwinForImageClassification
    swin = randomised(library_s(swin_config(BODIES["swin_base"].toy)))
    swin.save_pretrained(tmp_path)
    theirs = OfficialGrids(swin, input_shape, output).eval()
    randomised(theirs.embedder.norm, seed=1)
    ours = ours_with_the_weights_of(theirs, "swin_base", tmp_path, input_shape, output)
    inputs = torch.randn(2, *input_shape, dtype=torch.float64)
    assert_equal_outputs_and_gradients(theirs.double(), ours, inputs)
