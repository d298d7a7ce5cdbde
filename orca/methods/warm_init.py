"""Naive fine-tuning, but the embedder's layer norm starts from the body's.

Source: ORCA (ICML 2023), A.4.5 and Table 10.
"""

from orca.methods.method import Method
from orca.methods.released import released

METHOD = Method(
    title="Warm initialisation",
    origin="ORCA (ICML 2023), A.4.5 and Table 10",
    embedder="layer_norm",
)
METHODS = {"warm_init_released": released(METHOD, of="warm_init", embedder="pretrained")}
