"""Naive fine-tuning, but the embedder's layer norm starts from the body's.

Source: ORCA (ICML 2023), A.4.5 and Table 10.
"""

from orca.methods.method import Method

METHOD = Method(
    title="Warm initialisation",
    origin="ORCA (ICML 2023), A.4.5 and Table 10",
    embedder="layer_norm",
    released={"embedder": "pretrained"},
)
