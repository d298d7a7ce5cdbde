"""The source side: labelled samples through the body's own, pretrained embedding.

Source: ORCA (ICML 2023), sections 3.2 and A.2.4; official code: patch embedding of images, word
and position embedding of sentences, averaged over the tokens.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int, Num
from torch import Tensor, nn

from orca.errors import DataError, WeightsError
from orca.logs import progress
from orca.models.assemble import load_body
from orca.models.body import BODIES
from orca.models.embedder import build_embedder
from orca.models.settings import ModelSettings

Samples = Sequence[str] | Float[np.ndarray, "n channels rows columns"]
TEXT_TOKENS = 32  # of a sentence; longer ones are cut (the official code's arrays, `_32`)
BATCH = 64


def source_embedder(body: str, folder: Path, *, image_shape: tuple[int, ...] = ()) -> nn.Module:
    """Return a body's own embedding, frozen: from `to_numbers`' samples to tokens.

    `image_shape` is (channels, height, width) of images, and empty for sentences.
    """
    settings, generator = ModelSettings(), torch.Generator()
    loaded = load_body(
        body, settings=settings, start="pretrained", folder=folder, generator=generator
    )
    if loaded.words is not None:
        return loaded.words
    module = build_embedder(
        image_shape, body=loaded, settings=settings, start="pretrained", generator=generator
    )
    return module.eval().requires_grad_(requires_grad=False)


def to_numbers(body: str, folder: Path, samples: Samples) -> Num[Tensor, "n *shape"]:
    """Return sentences as token numbers [n, 32], padded at their end; images as they are.

    Args:
        body: its name.
        folder: where its weights and its tokenizer lie.
        samples: sentences, or normalised images.

    Raises:
        DataError: if a body of sequences gets images, or the other way round.
        WeightsError: if there is no tokenizer.
    """
    declared = BODIES.look_up(body, where="to_numbers")
    if isinstance(samples, np.ndarray) != (declared.kind == "grid"):
        raise DataError(
            where=f"the source samples of the body '{body}'",
            what="sentences go to bodies of sequences, images to bodies of grids",
            mend=f"declare another proxy in orca/models/bodies/{body}.py",
        )
    if isinstance(samples, np.ndarray):
        return torch.from_numpy(np.ascontiguousarray(samples))
    return _tokenised(folder / "tokenizer.json", list(samples))


def _tokenised(file: Path, texts: list[str]) -> Int[Tensor, "n tokens"]:
    from tokenizers import Tokenizer

    if not file.is_file():
        raise WeightsError(
            where=str(file),
            what="there is no tokenizer",
            mend="fetch the body's files again: it is one of them",
        )
    tokenizer = Tokenizer.from_file(str(file))
    pad = next(name for name in ("[PAD]", "<pad>") if tokenizer.token_to_id(name) is not None)
    tokenizer.enable_truncation(TEXT_TOKENS)
    tokenizer.enable_padding(length=TEXT_TOKENS, pad_id=tokenizer.token_to_id(pad), pad_token=pad)
    return torch.tensor([encoded.ids for encoded in tokenizer.encode_batch(texts)])


def token_mean(
    embedder: nn.Module, numbers: Num[Tensor, "batch *shape"]
) -> Float[Tensor, "batch width"]:
    """Return the mean over each sample's tokens; padding does not count.

    Differs from the official code: its arrays of sentences are averaged with their padding.
    """
    tokens = embedder(numbers)
    padding = getattr(embedder, "padding", None)
    if padding is None:
        return tokens.mean(dim=1)
    counts = (numbers != padding).unsqueeze(2).to(tokens)
    return (tokens * counts).sum(dim=1) / counts.sum(dim=1)


@torch.inference_mode()
def embed_numbers(
    embedder: nn.Module, numbers: Num[Tensor, "n *shape"], *, device: torch.device
) -> Float[Tensor, "n width"]:
    """Return the features of `to_numbers`' samples, a batch at a time, on the CPU."""
    embedder = embedder.to(device)
    batches = numbers.split(BATCH)
    features = [
        token_mean(embedder, batch.to(device)).cpu()
        for batch in progress(batches, what="source batch", total=len(batches))
    ]
    return torch.cat(features)


def embed(
    body: str, folder: Path, samples: Samples, *, device: torch.device
) -> Float[Tensor, "n width"]:
    """Return the source features of samples, as of `to_numbers`: their embedded tokens' means."""
    numbers = to_numbers(body, folder, samples)
    embedder = source_embedder(body, folder, image_shape=tuple(numbers.shape[1:]))
    return embed_numbers(embedder, numbers, device=device)
