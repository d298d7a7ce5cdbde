"""Swin-tiny, ImageNet-1k: the official code's smaller body for grids.

Source: Liu et al. 2021 (arXiv:2103.14030).
Differs from the official code: there it stops with an error, for want of a patch size.
"""

from typing import TYPE_CHECKING

from orca.models.body import Body, Weights
from orca.models.shapes import SwinShape

if TYPE_CHECKING:
    import pathlib

    import torch

    import orca.models.loaded
    import orca.settings

SHAPE = SwinShape(side=224, patch=4, width=96, depths=(2, 2, 6, 2), heads=(3, 6, 12, 24), window=7)
TOY = SwinShape(side=28, patch=2, width=6, depths=(2, 2), heads=(1, 2), window=7, inner=2)
BODY = Body(
    title="Swin-tiny",
    kind="grid",
    width=SHAPE.width,
    proxy="cifar10",
    weights=Weights(
        hub_name="microsoft/swin-tiny-patch4-window7-224",
        revision="84e1039213864a856dceafac89875cf118b16263",
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
