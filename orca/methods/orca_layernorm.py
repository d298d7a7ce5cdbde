"""ORCA with the weights of FPT: align, then train of the body only the layer norms.

Source: ORCA (ICML 2023), Table 3.
"""

from orca.methods.fpt import train_layer_norms
from orca.methods.method import Method

METHOD = Method(
    title="ORCA (layer norm)",
    origin="ORCA (ICML 2023), Table 3",
    embedder="layer_norm",
    alignment="otdd",
    trains=train_layer_norms,
)
