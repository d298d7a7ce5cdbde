"""Naive fine-tuning: pretrained body, random embedder, no alignment."""

from orca.methods.method import Method

METHOD = Method(
    title="Naive fine-tuning",
    origin="ORCA (ICML 2023), section 4 and Table 3",
)
