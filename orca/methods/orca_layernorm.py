"""ORCA with the weights of FPT: align, then train of the body only the layer norms.

Source: ORCA (ICML 2023), Table 3.
"""

from dataclasses import replace

from orca.methods.fpt import train_layer_norms, train_named_layer_norms
from orca.methods.orca import METHOD as ORCA

METHOD = replace(
    ORCA,
    title="ORCA (layer norm)",
    origin="ORCA (ICML 2023), Table 3",
    trains=train_layer_norms,
    released={"trains": train_named_layer_norms},
)
