"""The library's transformers, with random weights or those of a file.

Source: Wolf et al. 2020 (arXiv:1910.03771), Hugging Face's transformers.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from transformers import AutoModel
from transformers.initialization import no_init_weights
from transformers.utils import logging

from orca.errors import SettingsError, WeightsError
from orca.models import initialise
from orca.models.loaded_body import LoadedBody
from orca.models.settings import ModelSettings

STD = 0.02  # of random weights
HOW: dict[str, Any] = {"attn_implementation": "sdpa", "dtype": torch.float32}
BLOCK = re.compile(r"layers?\.\d+\.")


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library from reporting weights that it has no use for, as those of heads."""
    level, bar = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bar:
            logging.enable_progress_bar()


def _read(config: Any, folder: Path, **choices: Any) -> Any:
    """Return the library's model with the weights of `model.safetensors`.

    Raises:
        WeightsError: if the file is none, lacks a weight, or holds one of another size or block.
    """
    from safetensors import SafetensorError

    file = folder / "model.safetensors"
    try:
        with _quiet():
            model, found = AutoModel.from_pretrained(
                folder, config=config, local_files_only=True, use_safetensors=True,
                ignore_mismatched_sizes=True, output_loading_info=True, **{**HOW, **choices},
            )  # fmt: skip
    except (OSError, SafetensorError) as fault:
        raise WeightsError(
            where=str(file),
            what=f"it cannot be read as safetensors: {fault}",
            mend=f"remove {folder} and fetch the weights again",
        ) from fault
    other = {name for name, *_ in found["mismatched_keys"]}
    deeper = {name for name in found["unexpected_keys"] if BLOCK.search(name)}
    if faults := sorted(found["missing_keys"] | other | deeper):
        raise WeightsError(
            where=str(file),
            what=f"its weights do not fit this body; missing, left over or of another size are"
            f" {len(faults)}, the first {', '.join(faults[:5])}",
            mend="name the folder of this very body; its files are declared in"
            " orca/models/bodies/<body>.py",
        )
    return model.train()


def build(
    config: Any,
    folder: Path | None,
    *,
    settings: ModelSettings,
    generator: torch.Generator,
    **choices: Any,
) -> Any:
    """Return a model of the library, in training mode.

    Args:
        config: of the library.
        folder: where its weights lie; None for random weights.
        settings: gradient checkpointing.
        generator: of random weights.
        choices: further arguments of the library's model.

    Raises:
        WeightsError: if the file lacks a weight or holds one of another size.
    """
    if folder is None:
        with no_init_weights():
            model = AutoModel.from_config(config, **{**HOW, **choices})
        initialise.transformer_(model, STD, generator)
    else:
        model = _read(config, folder, **choices)
    if settings.gradient_checkpointing:
        model.activation_checkpointing_enable({"use_reentrant": False})
    return model


class _NoEmbedding(nn.Module):
    """Stands where the library embeds words: the tokens come embedded."""

    def forward(
        self, words: None = None, inputs_embeds: Any = None, *_: object, **__: object
    ) -> Tensor:
        return inputs_embeds


class SequenceEncoder(nn.Module):
    """All of a model of the library behind its embedding layer.

    Args:
        model: of the library.
        layers: how many of its blocks are kept, from the first on; None for all.

    Raises:
        SettingsError: if it has fewer blocks.
    """

    def __init__(self, model: Any, *, layers: int | None = None) -> None:
        super().__init__()
        self.model = model
        self.model.embeddings = _NoEmbedding()
        if layers is not None:
            self._keep(layers)

    def _keep(self, layers: int) -> None:
        blocks = next(part for part in self.model.modules() if isinstance(part, nn.ModuleList))
        if layers > len(blocks):
            raise SettingsError(
                where="model.layers",
                what=f"{layers} blocks are to be kept, and this body has {len(blocks)}",
                mend=f"name {len(blocks)} at most, or null for all",
            )
        del blocks[layers:]

    def forward(
        self, tokens: Float[Tensor, "batch tokens width"]
    ) -> Float[Tensor, "batch tokens hidden_width"]:
        """Return the hidden states behind the last block and norm."""
        return self.model(inputs_embeds=tokens).last_hidden_state


class WordEmbedding(nn.Module):
    """A model's own embedding layer, frozen: words, positions and token type, as it has them."""

    def __init__(self, embeddings: nn.Module, padding: int) -> None:
        super().__init__()
        self.embeddings, self.padding = embeddings, padding
        self.eval().requires_grad_(requires_grad=False)

    def forward(self, numbers: Int[Tensor, "batch tokens"]) -> Float[Tensor, "batch tokens width"]:
        """Return the embedded tokens of whole sequences, padded at their end or not."""
        return self.embeddings(input_ids=numbers)


def sequence_body(
    model: Any,
    *,
    settings: ModelSettings,
    projections: tuple[str, ...],
    longest: int,
    positions: Float[Tensor, "longest width"] | None = None,
) -> LoadedBody:
    """Return a body of sequences around a model of the library.

    Args:
        model: as `build` made it.
        settings: how many of its blocks are kept.
        projections: see `LoadedBody`.
        longest: tokens that it takes at most.
        positions: see `LoadedBody`.

    Raises:
        SettingsError: if it has fewer blocks than are to be kept.
    """
    words = WordEmbedding(model.embeddings, model.config.pad_token_id)
    norm = next(part for part in words.modules() if isinstance(part, nn.LayerNorm))
    width = len(norm.weight)  # ELECTRA's encoder begins with a projection to its own width
    return LoadedBody(
        kind="sequence",
        encoder=SequenceEncoder(model, layers=settings.layers),
        width=width,
        hidden_width=model.config.hidden_size,
        norm_weight=norm.weight,
        norm_bias=torch.zeros(width) if norm.bias is None else norm.bias,
        positions=positions,
        longest=longest,
        projections=projections,
        words=words,
    )
