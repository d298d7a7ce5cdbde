"""Frozen pretrained transformer: of the body only the layer norms are trained.

Source: Lu et al. 2022 (arXiv:2103.05247), as ORCA compares with it (section 4, Table 3):
embedder and predictor are trained too.
"""

from typing import Any

from orca.methods.method import Method


def train_layer_norms(model: Any, settings: Any, generator: Any) -> None:
    """Train of the body the layer norms alone, Swin's between its stages among them."""
    from torch import nn

    del settings, generator
    model.body.requires_grad_(requires_grad=False)
    for part in model.body.modules():
        if isinstance(part, nn.LayerNorm):
            part.requires_grad_(requires_grad=True)


def train_named_layer_norms(model: Any, settings: Any, generator: Any) -> None:
    """Train of the body the weights that are called layer norms, as the official code does.

    Swin's norms between its stages are called otherwise (`downsample.norm`) and stay frozen.
    """
    del settings, generator
    for name, parameter in model.body.named_parameters():
        parameter.requires_grad_("layernorm" in name.lower())


METHOD = Method(
    title="Fine-tuning (layer norm)",
    origin="Lu et al. 2022 (arXiv:2103.05247); ORCA (ICML 2023), Table 3",
    trains=train_layer_norms,
    released={"trains": train_named_layer_norms},
)
