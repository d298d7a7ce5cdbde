"""ORCA with the pairwise Euclidean distance in place of the OTDD.

Source: ORCA (ICML 2023), Table 9; official code, `objective: l2`.
"""

from dataclasses import replace

from orca.methods.orca import METHOD as ORCA

METHOD = replace(
    ORCA,
    title="ORCA (Euclidean)",
    origin="ORCA (ICML 2023), Table 9",
    alignment="euclidean",
)
