"""Which weights stage three trains, and the small ones that some methods add."""

from collections.abc import Callable

import torch
from torch import Generator, nn

from orca.declarations import nearest
from orca.errors import SettingsError
from orca.models.assemble import Model
from orca.models.encoders.prompts import add_prompts


def _all(model: Model, generator: Generator) -> None:
    """Train everything."""


def _freeze(module: nn.Module) -> None:
    module.requires_grad_(requires_grad=False)


def _projections(model: Model) -> tuple[str, str, str]:
    """Return the names of the layers that make queries, keys and values."""
    if len(model.projections) == 1:
        raise SettingsError(
            where="a method that tells queries, keys and values apart",
            what=f"this body makes them in one layer, {model.projections[0]}",
            mend="choose a body that makes each in its own, such as swin_base or roberta_base",
        )
    query, key, value = model.projections
    return query, key, value


def _layer_norms(model: Model, generator: Generator) -> None:
    """Train of the body the layer norms alone.

    Source: Lu et al. 2022 (arXiv:2103.05247).
    Differs from the official code: there Swin's norms between its stages stay frozen, because
    their names lack the word.
    """
    _freeze(model.body)
    for part in model.body.modules():
        if isinstance(part, nn.LayerNorm):
            part.requires_grad_(requires_grad=True)


def _all_but_query_key(model: Model, generator: Generator) -> None:
    """Train everything but the queries and keys of attention.

    Source: PaRe's code, `finetune_method: Wv`, for Darcy flow.
    """
    query, key, _ = _projections(model)
    for name, part in model.body.named_modules():
        if name.endswith((f".{query}", f".{key}")):
            _freeze(part)


def _lora(model: Model, generator: Generator) -> None:
    """Add low-rank weights to the frozen body's queries and values, and train these.

    Source: Hu et al. 2021 (arXiv:2106.09685).
    """
    try:
        from peft import LoraConfig, inject_adapter_in_model
    except ImportError as fault:
        raise SettingsError(
            where="a method that trains low-rank weights",
            what="the Python package peft is not installed",
            mend="pip install peft",
        ) from fault
    settings = model.settings
    _freeze(model.body)
    config = LoraConfig(
        r=settings.lora_rank,
        lora_alpha=settings.lora_alpha,
        target_modules=[model.projections[0], model.projections[-1]],
    )
    with torch.random.fork_rng(devices=[]):
        inject_adapter_in_model(config, model.body)
    for name, parameter in model.body.named_parameters():
        if "lora_A" in name:
            nn.init.kaiming_uniform_(parameter, a=5**0.5, generator=generator)


def _prompts(model: Model, generator: Generator) -> None:
    """Add prompts to every attention of the frozen model, and train these and the predictor.

    Source: Jia et al. 2022 (arXiv:2203.12119).
    """
    _freeze(model.embedder)
    _freeze(model.body)
    _, key, value = _projections(model)
    count = model.settings.prompts
    add_prompts(model.body, count, layers=(key, value), generator=generator)


WAYS: dict[str, Callable[[Model, Generator], None]] = {
    "all": _all,
    "all_but_query_key": _all_but_query_key,
    "layer_norms": _layer_norms,
    "lora": _lora,
    "prompts": _prompts,
}


def choose_trainable(model: Model, trains: str, *, generator: Generator) -> None:
    """Make a model's weights trainable or not; some ways add small weights of their own.

    The predictor is trained in every way, the embedder in every way but `prompts`. To be called
    after `assemble`, on the CPU, and before a fine-tuned run's weights are loaded.

    Args:
        model: as `assemble` made it.
        trains: the way, a name in `WAYS`.
        generator: of the weights of added modules.

    Raises:
        SettingsError: if there is no such way, or the body cannot serve it.
    """
    if trains not in WAYS:
        raise SettingsError(
            where="a method's `trains`",
            what=f"there is no way '{trains}'",
            mend=nearest(trains, list(WAYS)),
        )
    model.requires_grad_(requires_grad=True)
    WAYS[trains](model, generator)
