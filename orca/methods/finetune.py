"""Naive fine-tuning: pretrained body, random embedder, no alignment."""

from orca.methods.method import Method
from orca.methods.released import released

METHOD = Method(
    title="Naive fine-tuning",
    origin="ORCA (ICML 2023), section 4 and Table 3",
)
METHODS = {"finetune_released": released(METHOD, of="finetune")}
