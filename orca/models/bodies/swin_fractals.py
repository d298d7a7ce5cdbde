"""A small Swin that this project pretrains itself, on fractals and on scikit-learn's digits.

For machines that reach no hub: minutes on two cores, no download. It is no stand-in for the
Swin-base of the papers, and no number of theirs is compared with it.

Source: Liu et al. 2021 (arXiv:2103.14030); Kataoka et al. 2020 (arXiv:2101.08515) for pretraining
without natural images.
"""

from orca.models.body import Body, Weights
from orca.models.shapes import SwinShape

BODY = Body(
    title="Swin (fractals and digits)",
    kind="grid",
    proxy="digits",
    encoder="orca.models.encoders.swin:load_swin",
    shape=SwinShape(
        side=96, patch=4, width=32, depths=(2, 2, 2), heads=(2, 4, 8), window=6, drop_path=0.0
    ),
    toy=SwinShape(side=24, patch=3, width=8, depths=(2, 2), heads=(2, 2), window=4, inner=2),
    weights=Weights(
        hub_name="",
        revision="",
        files={"model.safetensors": None},
        licence="MIT",
        made_by="snakemake results/bodies/swin_fractals/card.json",
    ),
)
