"""ORCA with the OTDD whose label distances take each class for a Gaussian.

Source: ORCA (ICML 2023), Figure 6; Alvarez-Melis and Fusi 2020 (arXiv:2002.02923).
"""

from orca.methods.method import Method

METHOD = Method(
    title="ORCA (OTDD, Gaussian)",
    origin="ORCA (ICML 2023), Figure 6",
    embedder="layer_norm",
    alignment="otdd_gaussian",
)
