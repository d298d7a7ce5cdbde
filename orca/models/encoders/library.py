"""The library's transformers, with random weights or those of a file.

Source: Wolf et al. 2020 (arXiv:1910.03771), Hugging Face's transformers.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModel
from transformers.initialization import no_init_weights
from transformers.utils import logging

from orca.models import initialise
from orca.models.encoders.weight_file import WEIGHT_FILE, check_fit, readable
from orca.models.settings import ModelSettings

HOW: dict[str, Any] = {"attn_implementation": "sdpa", "dtype": torch.float32}


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library from reporting weights that it has no use for, such as those of heads."""
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
    """Return the library's model with the weights of `model.safetensors`."""
    file = folder / WEIGHT_FILE
    with readable(file), _quiet():
        model, found = AutoModel.from_pretrained(
            folder, config=config, local_files_only=True, use_safetensors=True,
            ignore_mismatched_sizes=True, output_loading_info=True, **{**HOW, **choices},
        )  # fmt: skip
    check_fit(
        file,
        missing={*found["missing_keys"], *(name for name, *_ in found["mismatched_keys"])},
        left_over=found["unexpected_keys"],
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
    """Return a model of the library, in training mode; errors as of `Body.load`.

    Args:
        config: of the library.
        folder: where its weights lie; None for random weights.
        settings: gradient checkpointing.
        generator: of random weights.
        choices: further arguments of the library's model.
    """
    if folder is None:
        with no_init_weights():
            model = AutoModel.from_config(config, **{**HOW, **choices})
        initialise.transformer_(model, generator)
    else:
        model = _read(config, folder, **choices)
    if settings.gradient_checkpointing:
        model.activation_checkpointing_enable({"use_reentrant": False})
    return model
