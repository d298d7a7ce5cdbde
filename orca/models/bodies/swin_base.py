"""Swin-base, ImageNet-22k: the paper's body for grids.

Source: Liu et al. 2021 (arXiv:2103.14030); ORCA (ICML 2023), section 4.
"""

from typing import TYPE_CHECKING

from orca.models.body import Body, Weights
from orca.models.shapes import SwinShape

if TYPE_CHECKING:
    import pathlib

    import torch

    import orca.models.loaded
    import orca.settings

SHAPE = SwinShape(
    side=224, patch=4, width=128, depths=(2, 2, 18, 2), heads=(4, 8, 16, 32), window=7
)
TOY = SwinShape(side=32, patch=2, width=8, depths=(2, 2), heads=(2, 2), window=4, inner=2)
BODY = Body(
    title="Swin-base",
    kind="grid",
    width=SHAPE.width,
    proxy="cifar10",
    weights=Weights(
        hub_name="microsoft/swin-base-patch4-window7-224-in22k",
        revision="5c4c8f155e1cb56ffd04353616e70dac076f7954",
        files={"model.safetensors": None},
        licence="Apache-2.0",
    ),
)


def load(
    folder: "pathlib.Path | None",
    *,
    settings: "orca.settings.ModelSettings",
    generator: "torch.Generator",
    toy: bool = False,
) -> "orca.models.loaded.Loaded":
    """Return the body in memory; see `orca.models.body`."""
    from orca.models.encoders.swin import load_swin

    return load_swin(TOY if toy else SHAPE, folder, settings=settings, generator=generator)
