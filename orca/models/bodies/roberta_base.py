"""RoBERTa-base: the paper's body for sequences.

Source: Liu et al. 2019 (arXiv:1907.11692); ORCA (ICML 2023), section 4.
"""

from dataclasses import replace

from orca.models.body import Body, Weights
from orca.models.shapes import BertShape

SHAPE = BertShape(
    family="roberta",
    layers=12,
    width=768,
    heads=12,
    inner=3072,
    vocabulary=50265,
    positions=514,
    types=1,
    padding=1,
    eps=1e-5,
)
BODY = Body(
    title="RoBERTa-base",
    kind="sequence",
    proxy="conll2003",
    encoder="orca.models.encoders.bert:load_bert",
    shape=SHAPE,
    toy=replace(SHAPE, layers=2, width=16, heads=2, inner=32, vocabulary=64, positions=98),
    weights=Weights(
        hub_name="FacebookAI/roberta-base",
        revision="e2da8e2f811d1448a5b465c236feacd80ffbac7b",
        files={
            "model.safetensors": "5bde1d28afb363d0103324efeb5afc8b2b397fe5e04beabb9b1ef355255ade81",
            "tokenizer.json": "847bbeab6174d66a88898f729d52fa8d355fafe1bea101cf960dd404581df70e",
        },
        licence="MIT",
    ),
)
