"""ModernBERT-base: an encoder of today, with rotary positions and mostly local attention.

Source: Warner et al. 2024 (arXiv:2412.13663). The transformer itself is Hugging Face's: a body
needs nothing else than this file.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from orca.models.body import Body, Weights

if TYPE_CHECKING:
    import torch

    import orca.models.loaded_body
    import orca.models.settings

LONGEST = 8192
BODY = Body(
    title="ModernBERT-base",
    kind="sequence",
    proxy="conll2003",
    encoder="orca.models.bodies.modernbert_base:load_modernbert",
    shape={"hidden_size": 768, "intermediate_size": 1152, "num_hidden_layers": 22},
    toy={
        "hidden_size": 16,
        "intermediate_size": 24,
        "num_hidden_layers": 3,
        "num_attention_heads": 2,
        "vocab_size": 64,
        "pad_token_id": 0,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "cls_token_id": 1,
        "sep_token_id": 2,
    },
    weights=Weights(
        hub_name="answerdotai/ModernBERT-base",
        revision="8949b909ec900327062f0ebf497f51aef5e6f0c8",
        files={"model.safetensors": None, "tokenizer.json": None},
        licence="Apache-2.0",
    ),
)


def load_modernbert(
    shape: dict[str, int],
    folder: Path | None,
    *,
    settings: "orca.models.settings.ModelSettings",
    generator: "torch.Generator",
) -> "orca.models.loaded_body.LoadedBody":
    """Return a ModernBERT in memory; arguments and errors as of `Body.load`.

    `shape` holds arguments of the library's configuration; the others are those of the published
    body. Dropout is of attention and the feed-forward network alike.
    """
    from transformers import AutoConfig

    from orca.models.encoders.library import build
    from orca.models.encoders.sequence import sequence_body

    config = AutoConfig.for_model(
        "modernbert",
        **shape,
        attention_dropout=settings.dropout,
        mlp_dropout=settings.dropout,
    )
    model = build(config, folder, settings=settings, generator=generator)
    return sequence_body(
        model,
        settings=settings,
        projections=("Wqkv",),
        longest=LONGEST,
        padding=config.pad_token_id,
    )
