"""Swin-tiny, ImageNet-1k: the official code's smaller body for grids.

Source: Liu et al. 2021 (arXiv:2103.14030).
Differs from the official code: there it stops with an error, for want of a patch size.
"""

from orca.models.body import Body, Weights
from orca.models.shapes import SwinShape

BODY = Body(
    title="Swin-tiny",
    kind="grid",
    proxy="cifar10",
    encoder="orca.models.encoders.swin:load_swin",
    shape=SwinShape(
        side=224, patch=4, width=96, depths=(2, 2, 6, 2), heads=(3, 6, 12, 24), window=7
    ),
    toy=SwinShape(side=28, patch=2, width=6, depths=(2, 2), heads=(1, 2), window=7, inner=2),
    weights=Weights(
        hub_name="microsoft/swin-tiny-patch4-window7-224",
        revision="84e1039213864a856dceafac89875cf118b16263",
        files={"model.safetensors": None},
        licence="Apache-2.0",
    ),
)
