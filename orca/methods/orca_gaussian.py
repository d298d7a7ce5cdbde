"""ORCA with the OTDD whose label distances take each class for a Gaussian.

Source: ORCA (ICML 2023), Figure 6; Alvarez-Melis and Fusi 2020 (arXiv:2002.02923).
"""

from dataclasses import replace

from orca.methods.orca import METHOD as ORCA

METHOD = replace(
    ORCA,
    title="ORCA (OTDD, Gaussian)",
    origin="ORCA (ICML 2023), Figure 6",
    alignment="otdd_gaussian",
)
