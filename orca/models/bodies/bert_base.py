"""BERT-base, uncased: what the official code takes for any sequence body but RoBERTa.

Source: Devlin et al. 2019 (arXiv:1810.04805).
"""

from orca.models.body import Body, Weights
from orca.models.shapes import BertShape

BODY = Body(
    title="BERT-base",
    kind="sequence",
    proxy="conll2003",
    encoder="orca.models.encoders.bert:load_bert",
    shape=BertShape(layers=12, width=768, heads=12, inner=3072, vocabulary=30522, positions=512),
    toy=BertShape(layers=2, width=16, heads=2, inner=32, vocabulary=64, positions=96),
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
