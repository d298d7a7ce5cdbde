"""Swin-base, ImageNet-22k: the paper's body for grids.

Source: Liu et al. 2021 (arXiv:2103.14030); ORCA (ICML 2023), section 4.
"""

from orca.models.body import Body, Weights
from orca.models.shapes import SwinShape

BODY = Body(
    title="Swin-base",
    kind="grid",
    proxy="cifar10",
    encoder="orca.models.encoders.swin:load_swin",
    shape=SwinShape(
        side=224, patch=4, width=128, depths=(2, 2, 18, 2), heads=(4, 8, 16, 32), window=7
    ),
    toy=SwinShape(side=32, patch=2, width=8, depths=(2, 2), heads=(2, 2), window=4, inner=2),
    weights=Weights(
        hub_name="microsoft/swin-base-patch4-window7-224-in22k",
        revision="5c4c8f155e1cb56ffd04353616e70dac076f7954",
        files={"model.safetensors": None},
        licence="Apache-2.0",
    ),
)
