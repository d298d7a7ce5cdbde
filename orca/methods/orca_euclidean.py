"""ORCA with the pairwise Euclidean distance in place of the OTDD.

Source: ORCA (ICML 2023), Table 9; official code, `objective: l2`.
"""

from orca.methods.method import Method

METHOD = Method(
    title="ORCA (Euclidean)",
    origin="ORCA (ICML 2023), Table 9",
    embedder="layer_norm",
    alignment="euclidean",
)
