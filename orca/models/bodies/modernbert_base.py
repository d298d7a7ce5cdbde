"""ModernBERT-base: an encoder of today, with rotary positions and mostly local attention.

Source: Warner et al. 2024 (arXiv:2412.13663). The transformer itself is Hugging Face's: a body
needs nothing else than this file.
"""

from typing import TYPE_CHECKING, Any

from orca.models.body import Body, Weights

if TYPE_CHECKING:
    import pathlib

    import torch

    import orca.models.loaded
    import orca.settings

SHAPE = {"hidden_size": 768, "intermediate_size": 1152, "num_hidden_layers": 22}
TOY = {
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
}
LONGEST = 8192
BODY = Body(
    title="ModernBERT-base",
    kind="sequence",
    width=SHAPE["hidden_size"],
    proxy="conll2003",
    longest=LONGEST,
    weights=Weights(
        hub_name="answerdotai/ModernBERT-base",
        revision="8949b909ec900327062f0ebf497f51aef5e6f0c8",
        files={"model.safetensors": None, "tokenizer.json": None},
        licence="Apache-2.0",
    ),
)


def _build(sizes: dict[str, Any], settings: "orca.settings.ModelSettings") -> Any:
    """Return the library's model, its random draws not moving global randomness."""
    import torch
    from transformers import ModernBertConfig
    from transformers.models.modernbert.modeling_modernbert import ModernBertModel

    config = ModernBertConfig(
        **sizes, attention_dropout=settings.dropout, mlp_dropout=settings.dropout
    )
    with torch.random.fork_rng(devices=[]):
        model = ModernBertModel._from_config(config, attn_implementation="sdpa")
    if settings.gradient_checkpointing:
        model.gradient_checkpointing_enable({"use_reentrant": False})
    return model


def load(
    folder: "pathlib.Path | None",
    *,
    settings: "orca.settings.ModelSettings",
    generator: "torch.Generator",
    toy: bool = False,
) -> "orca.models.loaded.Loaded":
    """Return the body in memory; see `orca.models.body`."""
    import torch
    from torch import nn

    from orca.models import initialise
    from orca.models.loaded import Loaded
    from orca.models.weights import fill, read_tensors

    class Encoder(nn.Module):
        """The blocks and the last norm, given tokens that are embedded already."""

        def __init__(self, model: nn.Module) -> None:
            super().__init__()
            self.model = model

        def forward(self, tokens: torch.Tensor) -> torch.Tensor:
            return self.model(inputs_embeds=tokens).last_hidden_state

    class Words(nn.Module):
        """The library's embedding layer, which calls its argument by name."""

        def __init__(self, embedding: Any, padding: int) -> None:
            super().__init__()
            self.embedding, self.padding = embedding, padding

        def forward(self, numbers: torch.Tensor) -> torch.Tensor:
            return self.embedding(input_ids=numbers)

    class PassThrough(nn.Module):
        """Stands where the library embeds words: the tokens come embedded."""

        def forward(self, input_ids: None, inputs_embeds: torch.Tensor) -> torch.Tensor:
            return inputs_embeds

    model = _build(TOY if toy else SHAPE, settings)
    if folder is None:
        initialise.transformer_(model, 0.02, generator)
    else:
        file = folder / "model.safetensors"
        strip = lambda name: name.removeprefix("model.") if "head" not in name else None  # noqa: E731
        fill(model, read_tensors(file, strip, leaving=("decoder",)), file=file)
    words = Words(model.embeddings, model.config.pad_token_id).eval()
    norm_weight = model.embeddings.norm.weight.detach()
    model.embeddings = PassThrough()
    return Loaded(
        kind="sequence",
        encoder=Encoder(model),
        width=model.config.hidden_size,
        hidden_width=model.config.hidden_size,
        norm_weight=norm_weight,
        norm_bias=torch.zeros(model.config.hidden_size),
        longest=LONGEST,
        adapted=("Wqkv",),
        words=lambda: words.requires_grad_(requires_grad=False),
    )
