"""BERT-base, uncased: what the official code takes for any sequence body but RoBERTa.

Source: Devlin et al. 2019 (arXiv:1810.04805).
"""

from typing import TYPE_CHECKING

from orca.models.body import Body, Weights
from orca.models.shapes import BertShape

if TYPE_CHECKING:
    import pathlib

    import torch

    import orca.models.loaded
    import orca.settings

SHAPE = BertShape(layers=12, width=768, heads=12, inner=3072, vocabulary=30522, positions=512)
TOY = BertShape(layers=2, width=16, heads=2, inner=32, vocabulary=64, positions=96)
BODY = Body(
    title="BERT-base",
    kind="sequence",
    width=SHAPE.width,
    proxy="conll2000",
    longest=SHAPE.longest,
    weights=Weights(
        hub_name="google-bert/bert-base-uncased",
        revision="86b5e0934494bd15c9632b12f734a8a67f723594",
        files={
            "model.safetensors": "68d45e234eb4a928074dfd868cead0219ab85354cc53d20e772753c6bb9169d3",
            "tokenizer.json": None,
        },
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
