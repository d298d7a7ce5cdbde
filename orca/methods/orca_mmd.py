"""ORCA with the maximum mean discrepancy, which ignores labels, in place of the OTDD.

Source: ORCA (ICML 2023), Table 9; official code, `objective: mmd`.
"""

from orca.methods.method import Method

METHOD = Method(
    title="ORCA (MMD)",
    origin="ORCA (ICML 2023), Table 9",
    embedder="layer_norm",
    alignment="mmd",
)
